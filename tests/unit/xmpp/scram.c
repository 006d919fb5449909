#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "xmpp/scram.h"

/* The examples of RFC 5802 5 and RFC 7677 3. */
static const struct vector {
	const char *mech, *client_nonce, *server_nonce, *salt;
	const char *first, *challenge, *final, *success;
} vectors[] = {
	{ "SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j",
	    "QSXCR+Q6sek8bf92",
	    "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
	    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "s=QSXCR+Q6sek8bf92,i=4096",
	    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ "SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
	    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
	    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
};

static struct err e;

static void
assert_buf(struct buf *b, const char *text)
{
	assert_string_equal(buf_cstr(b), text);
	buf_free(b);
}

static void
put_own(char *own, const char *nonce)
{
	snprintf(own, SCRAM_NONCE_LEN + 1, "%s", nonce);
}

static void
derive(struct scram_verifier *v, enum scram_hash h, const char *salt64,
    const char *password)
{
	struct buf salt = BUF_INIT(SCRAM_SALT_MAX);

	assert_int_equal(base64_get(&salt, salt64, strlen(salt64), &e), 0);
	assert_int_equal(scram_verifier_derive(v, h, 4096, salt.p, salt.n,
	    password, strlen(password), &e), 0);
	buf_free(&salt);
}

static void
play_server(const struct vector *t)
{
	const struct sasl_mech *m = sasl_mech(t->mech);
	struct buf out = BUF_INIT(1000);
	struct scram_server s;
	struct scram_verifier v;

	derive(&v, m->hash, t->salt, "pencil");
	scram_server_init(&s, m, NULL, false);
	put_own(s.own, t->server_nonce);
	assert_int_equal(scram_server_first(&s, t->first, strlen(t->first),
	    &e), 0);
	assert_string_equal(buf_cstr(&s.user), "user");
	assert_int_equal(scram_server_challenge(&s, &v, &out, &e), 0);
	assert_buf(&out, t->challenge);
	assert_int_equal(scram_server_final(&s, t->final, strlen(t->final),
	    &out, &e), 0);
	assert_buf(&out, t->success);
	scram_server_clear(&s);
}

static void
play_client(const struct vector *t)
{
	struct buf out = BUF_INIT(1000);
	struct secret password = SECRET_NONE;
	struct scram_client c;

	assert_int_equal(secret_set(&password, "pencil", 6, &e), 0);
	assert_int_equal(scram_client_init(&c, sasl_mech(t->mech), "user",
	    NULL, &password, NULL, false, &e), 0);
	put_own(c.own, t->client_nonce);
	assert_int_equal(scram_client_first(&c, &out, &e), 0);
	assert_buf(&out, t->first);
	assert_int_equal(scram_client_final(&c, t->challenge,
	    strlen(t->challenge), &out, &e), 0);
	assert_buf(&out, t->final);
	assert_int_equal(scram_client_verify(&c, t->success,
	    strlen(t->success), &e), 0);
	/* once */
	assert_int_equal(scram_client_verify(&c, t->success,
	    strlen(t->success), &e), -1);
	scram_client_clear(&c);
	secret_clear(&password);
}

static void
the_examples_of_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		play_server(&vectors[i]);
		play_client(&vectors[i]);
	}
}

/* --- a client of ours with a server of ours ------------------------------ */

static const struct scram_binding bindings[] = {
	{ "tls-exporter", "exporter-data-of-32-bytes-......", 32 },
	{ "tls-server-end-point", "hash", 4 },
	{ NULL, NULL, 0 },
};

struct game {
	const char *mech, *client_password;
	const char *user, *authzid;
	const struct scram_binding *server_bindings;
	const struct scram_binding *client_binding;
	bool plus_possible, plus_offered;
	struct scram_salted *kept;
};

/* 0: both sure of each other; else how far it went. */
static int
play(const struct game *g)
{
	const struct sasl_mech *m = sasl_mech(g->mech);
	struct buf out = BUF_INIT(5000), in = BUF_INIT(5000);
	struct secret password = SECRET_NONE;
	struct scram_verifier v;
	struct scram_server s;
	struct scram_client c;
	int rc = 1;

	derive(&v, m->hash, "QSXCR+Q6sek8bf92", "p\xc3\xa4ss word");
	assert_int_equal(secret_set(&password, g->client_password,
	    strlen(g->client_password), &e), 0);
	scram_server_init(&s, m, g->server_bindings, g->plus_offered);
	if (scram_client_init(&c, m, g->user, g->authzid, &password,
	    g->client_binding, g->plus_possible, &e) < 0)
		goto out;
	c.kept = g->kept;
	assert_int_equal(scram_client_first(&c, &out, &e), 0);
	rc = 2;
	if (scram_server_first(&s, out.p, out.n, &e) < 0)
		goto out;
	assert_string_equal(buf_cstr(&s.user), g->user);
	assert_string_equal(buf_cstr(&s.authzid),
	    g->authzid == NULL ? "" : g->authzid);
	assert_int_equal(scram_server_challenge(&s, &v, &in, &e), 0);
	buf_reset(&out);
	rc = 3;
	if (scram_client_final(&c, in.p, in.n, &out, &e) < 0)
		goto out;
	buf_reset(&in);
	rc = 4;
	if (scram_server_final(&s, out.p, out.n, &in, &e) < 0)
		goto out;
	rc = scram_client_verify(&c, in.p, in.n, &e);
out:
	scram_server_clear(&s);
	scram_client_clear(&c);
	secret_clear(&password);
	buf_free(&out);
	buf_free(&in);
	return rc;
}

static const struct game plain_game = {
	.mech = "SCRAM-SHA-256", .client_password = "p\xc3\xa4ss word",
	.user = "romeo",
};

static void
both_sides_fit(void **state)
{
	struct game g = plain_game;

	(void)state;
	assert_int_equal(play(&g), 0);
	g.mech = "SCRAM-SHA-1";
	assert_int_equal(play(&g), 0);
	g.user = "a,b=c=2C\xc3\xa4";
	g.authzid = "x,y=z";
	assert_int_equal(play(&g), 0);
	/* decomposed, and a no-break space: SASLprep makes them the same */
	g.client_password = "pa\xcc\x88ss\xc2\xa0word";
	assert_int_equal(play(&g), 0);
	g.client_password = "p\xc3\xa4ss  word";
	assert_int_equal(play(&g), 4);
	assert_int_equal(e.code, ERR_AUTH);
}

static void
a_salted_password_is_kept_for_the_same_salt(void **state)
{
	struct scram_salted kept = { .salt_len = 0 };
	struct game g = plain_game;

	(void)state;
	g.kept = &kept;
	assert_int_equal(play(&g), 0);
	assert_int_equal(kept.salt_len, 12);
	g.client_password = "not asked for any more";
	assert_int_equal(play(&g), 0);
	g.client_password = plain_game.client_password;
	g.mech = "SCRAM-SHA-1";		/* another hash: anew */
	assert_int_equal(play(&g), 0);
	assert_int_equal(kept.hash, SCRAM_SHA1);
	kept.salt[0] ^= 1;
	assert_int_equal(play(&g), 0);
	kept.iterations++;
	assert_int_equal(play(&g), 0);
}

static void
channels_are_bound(void **state)
{
	struct game g = plain_game;
	struct scram_binding other = { "tls-exporter", "another one", 11 };
	struct scram_binding unique = { "tls-unique", "x", 1 };

	(void)state;
	g.mech = "SCRAM-SHA-256-PLUS";
	g.server_bindings = bindings;
	g.plus_offered = true;
	g.client_binding = &bindings[0];
	assert_int_equal(play(&g), 0);
	g.client_binding = &bindings[1];
	assert_int_equal(play(&g), 0);
	g.client_binding = &other;
	assert_int_equal(play(&g), 4);
	assert_int_equal(e.code, ERR_AUTH);
	g.client_binding = &unique;
	assert_int_equal(play(&g), 2);
	assert_non_null(strstr(e.text, "'tls-unique'"));
	g.client_binding = NULL;
	assert_int_equal(play(&g), 1);
}

static void
a_downgrade_is_seen(void **state)
{
	struct game g = plain_game;

	(void)state;
	g.plus_possible = true;
	assert_int_equal(play(&g), 0);		/* truly none offered */
	g.plus_offered = true;
	assert_int_equal(play(&g), 2);
	assert_int_equal(e.code, ERR_AUTH);
	g.plus_possible = false;		/* he cannot: fine */
	assert_int_equal(play(&g), 0);
}

/* --- messages that are wrong --------------------------------------------- */

static enum err_code
first_code(const char *mech, const char *text)
{
	struct scram_server s;
	enum err_code code;

	err_clear(&e);
	scram_server_init(&s, sasl_mech(mech), bindings, true);
	code = scram_server_first(&s, text, strlen(text), &e) == 0 ? ERR_OK :
	    e.code;
	scram_server_clear(&s);
	return code;
}

static void
first_messages_that_are_wrong(void **state)
{
	static const char *const bad[] = {
		"", "n", "n,", "n,,", "n,,n=user", "n,,n=user,", "n,,r=x",
		"n,,n=user,r=", "n,,n=,r=x", "x,,n=user,r=x", "n,b=x,n=u,r=x",
		"n,a=,n=u,r=x", "n,a=x", "n,,m=ext,n=user,r=x",
		"n,,n=us=er,r=x", "n,,n=us=2,r=x", "n,,n=us=2c,r=x",
		"n,,n=user,r=a b", "n,,n=u\xff,r=x", "n,,r=x,n=user",
		"n,,n=user;r=x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(first_code("SCRAM-SHA-1", bad[i]), ERR_SYNTAX);
	assert_int_equal(first_code("SCRAM-SHA-1", "n,,n=u,r=x"), ERR_OK);
	assert_int_equal(first_code("SCRAM-SHA-1", "n,,n=u,r=x,e=t"), ERR_OK);
	assert_int_equal(first_code("SCRAM-SHA-1", "p=tls-exporter,,n=u,r=x"),
	    ERR_AUTH);
	assert_int_equal(first_code("SCRAM-SHA-1-PLUS", "n,,n=u,r=x"),
	    ERR_AUTH);
	assert_int_equal(first_code("SCRAM-SHA-1-PLUS", "y,,n=u,r=x"),
	    ERR_AUTH);
	assert_int_equal(first_code("SCRAM-SHA-1-PLUS",
	    "p=tls-server-end-point,,n=u,r=x"), ERR_OK);
	assert_int_equal(first_code("SCRAM-SHA-1-PLUS", "p=,,n=u,r=x"),
	    ERR_AUTH);
}

static enum err_code
final_code(const char *text)
{
	const struct vector *t = &vectors[0];
	struct buf out = BUF_INIT(1000);
	struct scram_verifier v;
	struct scram_server s;
	enum err_code code;

	err_clear(&e);
	derive(&v, SCRAM_SHA1, t->salt, "pencil");
	scram_server_init(&s, sasl_mech(t->mech), NULL, false);
	put_own(s.own, t->server_nonce);
	assert_int_equal(scram_server_first(&s, t->first, strlen(t->first),
	    &e), 0);
	assert_int_equal(scram_server_challenge(&s, &v, &out, &e), 0);
	code = scram_server_final(&s, text, strlen(text), &out, &e) == 0 ?
	    ERR_OK : e.code;
	/* no second try */
	assert_int_equal(scram_server_final(&s, t->final, strlen(t->final),
	    &out, &e), -1);
	buf_free(&out);
	scram_server_clear(&s);
	return code;
}

#define NONCE	"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"

static void
final_messages_that_are_wrong(void **state)
{
	(void)state;
	assert_int_equal(final_code(vectors[0].final), ERR_OK);
	assert_int_equal(final_code(""), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE ",p="), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE ",p=v0X8"), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE
	    ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=,"), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE
	    ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Tt="), ERR_SYNTAX);
	assert_int_equal(final_code("c=biws," NONCE
	    ",p=w0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), ERR_AUTH);
	assert_int_equal(final_code("c=eSws," NONCE
	    ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), ERR_AUTH);
	assert_int_equal(final_code("c=biws,r=fyko"
	    ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), ERR_AUTH);
	/* an extension is in what was signed */
	assert_int_equal(final_code("c=biws," NONCE
	    ",x=y,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), ERR_AUTH);
}

static int
challenge_rc(const char *text)
{
	struct buf out = BUF_INIT(1000);
	struct secret password = SECRET_NONE;
	struct scram_client c;
	int rc;

	assert_int_equal(secret_set(&password, "pencil", 6, &e), 0);
	assert_int_equal(scram_client_init(&c, sasl_mech("SCRAM-SHA-1"),
	    "user", NULL, &password, NULL, false, &e), 0);
	put_own(c.own, "own");
	assert_int_equal(scram_client_first(&c, &out, &e), 0);
	rc = scram_client_final(&c, text, strlen(text), &out, &e);
	buf_free(&out);
	scram_client_clear(&c);
	secret_clear(&password);
	return rc;
}

static void
challenges_that_are_wrong(void **state)
{
	(void)state;
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=4096"), 0);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=4096,x=y"), 0);
	assert_int_equal(challenge_rc("r=own,s=QSXC,i=4096"), -1);
	assert_int_equal(challenge_rc("r=oxn1,s=QSXC,i=4096"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=,i=4096"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=Q,i=4096"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=4095"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=1000001"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=99999999999"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC,i=-1"), -1);
	assert_int_equal(challenge_rc("r=ownx,s=QSXC"), -1);
	assert_int_equal(challenge_rc("m=x,r=ownx,s=QSXC,i=4096"), -1);
	assert_int_equal(challenge_rc(""), -1);
}

static void
a_server_that_does_not_know_is_found_out(void **state)
{
	const struct vector *t = &vectors[0];
	static const char *const bad[] = {
		"v=smF9pqV8S7suAoZWja4dJRkFsKQ=", "v=", "", "e=invalid-proof",
		"v=rmF9pqV8S7suAoZWja4dJRkFsKQ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf out = BUF_INIT(1000);
		struct secret password = SECRET_NONE;
		struct scram_client c;

		assert_int_equal(secret_set(&password, "pencil", 6, &e), 0);
		assert_int_equal(scram_client_init(&c, sasl_mech(t->mech),
		    "user", NULL, &password, NULL, false, &e), 0);
		put_own(c.own, t->client_nonce);
		assert_int_equal(scram_client_first(&c, &out, &e), 0);
		assert_int_equal(scram_client_final(&c, t->challenge,
		    strlen(t->challenge), &out, &e), 0);
		assert_int_equal(scram_client_verify(&c, bad[i],
		    strlen(bad[i]), &e), -1);
		assert_int_equal(e.code, ERR_AUTH);
		buf_free(&out);
		scram_client_clear(&c);
		secret_clear(&password);
	}
}

static void
an_unknown_user_looks_known(void **state)
{
	struct scram_verifier a, b, c;

	(void)state;
	scram_verifier_fake(&a, SCRAM_SHA256, 10000, "key", 3, STR("nobody"));
	scram_verifier_fake(&b, SCRAM_SHA256, 10000, "key", 3, STR("nobody"));
	scram_verifier_fake(&c, SCRAM_SHA256, 10000, "key", 3, STR("other"));
	assert_memory_equal(a.salt, b.salt, SCRAM_SALT_LEN);
	assert_memory_not_equal(a.salt, c.salt, SCRAM_SALT_LEN);
	assert_int_equal(a.salt_len, SCRAM_SALT_LEN);
	assert_int_equal(a.iterations, 10000);
	scram_verifier_fake(&c, SCRAM_SHA1, 10000, "key", 3, STR("nobody"));
	assert_memory_not_equal(a.salt, c.salt, SCRAM_SALT_LEN);
	assert_int_equal(scram_verifier_check(&a, "x", 1, &e), -1);
	assert_int_equal(e.code, ERR_AUTH);
}

static void
verifiers_take_their_password(void **state)
{
	struct scram_verifier v, w;

	(void)state;
	assert_int_equal(scram_verifier_make(&v, SCRAM_SHA256, 4096, "pw", 2,
	    &e), 0);
	assert_int_equal(scram_verifier_make(&w, SCRAM_SHA256, 4096, "pw", 2,
	    &e), 0);
	assert_memory_not_equal(v.salt, w.salt, SCRAM_SALT_LEN);
	assert_int_equal(scram_verifier_check(&v, "pw", 2, &e), 0);
	assert_int_equal(scram_verifier_check(&v, "pW", 2, &e), -1);
	assert_int_equal(scram_verifier_check(&v, "", 0, &e), -1);
	assert_int_equal(scram_verifier_make(&v, SCRAM_SHA1, 4096, "", 0, &e),
	    -1);
	assert_int_equal(e.code, ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_rfcs),
		cmocka_unit_test(both_sides_fit),
		cmocka_unit_test(a_salted_password_is_kept_for_the_same_salt),
		cmocka_unit_test(channels_are_bound),
		cmocka_unit_test(a_downgrade_is_seen),
		cmocka_unit_test(first_messages_that_are_wrong),
		cmocka_unit_test(final_messages_that_are_wrong),
		cmocka_unit_test(challenges_that_are_wrong),
		cmocka_unit_test(a_server_that_does_not_know_is_found_out),
		cmocka_unit_test(an_unknown_user_looks_known),
		cmocka_unit_test(verifiers_take_their_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
