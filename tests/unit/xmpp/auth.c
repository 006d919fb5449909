#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "xmpp/auth.h"
#include "xmpp/ns.h"
#include "xmpp/scram.h"
#include "xmpp/stream.h"

#define FEATURES(inner)	"<stream:features xmlns:stream='" NS_STREAM "'>" \
	inner "</stream:features>"
#define MECHANISMS(list) "<mechanisms xmlns='" NS_SASL "'>" list \
	"</mechanisms>"
#define SCRAM_MECH	"<mechanism>SCRAM-SHA-256</mechanism>"
#define PLAIN_MECH	"<mechanism>PLAIN</mechanism>"
#define EXTERNAL	"<mechanism>EXTERNAL</mechanism>"
#define STARTTLS	"<starttls xmlns='" NS_TLS "'/>"

static struct secret password;
static struct auth a;
static struct arena arena;
static struct buf out;
static struct err e;
static enum auth_next next;

static int
begin(bool starttls, bool secured)
{
	err_clear(&e);
	secret_set(&password, "pencil", 6, &e);
	arena_init(&arena);
	buf_init(&out, 1 << 16);
	assert_int_equal(auth_init(&a, "user@example.org/here", &password,
	    false, &e), 0);
	auth_begin(&a, starttls, secured);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	auth_clear(&a);
	secret_clear(&password);
	arena_free(&arena);
	buf_free(&out);
	return 0;
}

static int
hears(const char *xml)
{
	struct stanza *st = stanza_parse(&arena, xml, strlen(xml), NS_CLIENT,
	    &stream_limits_default, &e);

	assert_non_null(st);
	buf_reset(&out);
	return auth_stanza(&a, st, &out, &next, &e);
}

static void
takes_starttls_before_anything_else(void **state)
{
	(void)state;
	assert_int_equal(begin(true, false), 0);
	assert_int_equal(hears(FEATURES(STARTTLS MECHANISMS(PLAIN_MECH))), 0);
	assert_string_equal(buf_cstr(&out), STARTTLS);
	assert_int_equal(hears("<proceed xmlns='" NS_TLS "'/>"), 0);
	assert_int_equal(next, AUTH_START_TLS);
}

static void
refuses_a_server_without_tls(void **state)
{
	(void)state;
	assert_int_equal(begin(true, false), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), -1);
	assert_int_equal(e.code, ERR_CONNECT);
	assert_non_null(strstr(e.text, "--plaintext"));
	assert_int_equal(out.n, 0);
}

static void
shows_no_password_without_tls(void **state)
{
	(void)state;
	assert_int_equal(begin(false, false), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(PLAIN_MECH))), -1);
	assert_int_equal(e.code, ERR_AUTH);
	assert_int_equal(out.n, 0);
}

static void
plain_is_the_last_resort(void **state)
{
	(void)state;
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(PLAIN_MECH SCRAM_MECH))),
	    0);
	assert_string_equal(a.mech->name, "SCRAM-SHA-256");
	end(NULL);
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(PLAIN_MECH))), 0);
	assert_string_equal(buf_cstr(&out), "<auth xmlns='" NS_SASL "' "
	    "mechanism=\"PLAIN\">AHVzZXIAcGVuY2ls</auth>");
	assert_int_equal(hears("<success xmlns='" NS_SASL "'/>"), 0);
	assert_int_equal(next, AUTH_RESTART);
}

static void
a_certificate_goes_before_a_password(void **state)
{
	struct secret none = SECRET_NONE;

	(void)state;
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(EXTERNAL SCRAM_MECH))), 0);
	assert_string_equal(a.mech->name, "SCRAM-SHA-256");	/* none */
	a.external = true;
	auth_begin(&a, false, true);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH EXTERNAL))), 0);
	assert_string_equal(buf_cstr(&out), "<auth xmlns='" NS_SASL "' "
	    "mechanism=\"EXTERNAL\">dXNlckBleGFtcGxlLm9yZw==</auth>");
	assert_int_equal(hears("<failure xmlns='" NS_SASL "'>"
	    "<not-authorized/></failure>"), -1);
	assert_non_null(strstr(e.text, "--cert"));
	auth_begin(&a, false, true);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), 0);
	assert_string_equal(a.mech->name, "SCRAM-SHA-256");
	a.password = &none;
	auth_begin(&a, false, true);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), -1);
	assert_int_equal(e.code, ERR_AUTH);
	assert_non_null(strstr(e.text, "--password-file"));
	auth_begin(&a, false, true);
	assert_int_equal(hears(FEATURES(MECHANISMS(EXTERNAL))), 0);
	assert_int_equal(hears("<success xmlns='" NS_SASL "'/>"), 0);
	assert_int_equal(next, AUTH_RESTART);
}

/* What is between the tags of what we said. */
static void
said(struct buf *message)
{
	const char *p = strchr(buf_cstr(&out), '>') + 1;

	buf_reset(message);
	assert_int_equal(base64_get(message, p, strcspn(p, "<"), &e), 0);
}

static int
hears_sasl(const char *element, const struct buf *message)
{
	struct buf xml = BUF_INIT(1 << 16);
	int rc;

	buf_printf(&xml, "<%s xmlns='" NS_SASL "'>", element);
	base64_put(&xml, message->p, message->n);
	buf_printf(&xml, "</%s>", element);
	rc = hears(buf_cstr(&xml));
	buf_free(&xml);
	return rc;
}

/* SCRAM against our server side; forge: the server only pretends to know. */
static int
scram(bool forge)
{
	struct scram_server s;
	struct scram_verifier v;
	struct buf heard = BUF_INIT(1 << 16), answer = BUF_INIT(1 << 16);
	int rc;

	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), 0);
	assert_int_equal(scram_verifier_make(&v, SCRAM_SHA256, 4096, "pencil",
	    6, &e), 0);
	scram_server_init(&s, sasl_mech("SCRAM-SHA-256"), NULL, false);
	said(&heard);
	assert_int_equal(scram_server_first(&s, heard.p, heard.n, &e), 0);
	assert_int_equal(scram_server_challenge(&s, &v, &answer, &e), 0);
	assert_int_equal(hears_sasl("challenge", &answer), 0);
	said(&heard);
	buf_reset(&answer);
	assert_int_equal(scram_server_final(&s, heard.p, heard.n, &answer,
	    &e), 0);
	if (forge)
		answer.p[4] ^= 1;
	rc = hears_sasl("success", &answer);
	scram_server_clear(&s);
	buf_free(&heard);
	buf_free(&answer);
	return rc;
}

static void
logs_in_and_binds(void **state)
{
	(void)state;
	assert_int_equal(scram(false), 0);
	assert_int_equal(next, AUTH_RESTART);
	assert_int_equal(hears(FEATURES("<bind xmlns='" NS_BIND "'/>"
	    "<session xmlns='" NS_SESSION "'><optional/></session>")), 0);
	assert_string_equal(buf_cstr(&out), "<iq type='set' id='bind'><bind "
	    "xmlns='" NS_BIND "'><resource>here</resource></bind></iq>");
	assert_int_equal(hears("<iq type='result' id='bind'><bind xmlns='"
	    NS_BIND "'><jid>user@example.org/there</jid></bind></iq>"), 0);
	assert_int_equal(next, AUTH_DONE);
	assert_string_equal(buf_cstr(&a.jid), "user@example.org/there");
}

static void
what_a_server_takes_at_once_is_kept(void **state)
{
	static const struct { const char *said; uint64_t max; } rows[] = {
		{ "1048576", 1048576 }, { "0", 0 }, { "", 0 }, { "many", 0 },
		{ "-1", 0 }, { "99999999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char xml[512];

		snprintf(xml, sizeof xml, FEATURES("<bind xmlns='" NS_BIND
		    "'/><limits xmlns='" NS_LIMITS "'><max-bytes>%s"
		    "</max-bytes></limits>"), rows[i].said);
		assert_int_equal(begin(false, true), 0);
		a.state = AUTH_BIND_FEATURES;
		assert_int_equal(hears(xml), 0);
		assert_int_equal(a.max_bytes, rows[i].max);
		end(NULL);
	}
	assert_int_equal(begin(false, true), 0);
}

static void
asks_for_a_session_where_it_must(void **state)
{
	(void)state;
	assert_int_equal(scram(false), 0);
	assert_int_equal(hears(FEATURES("<bind xmlns='" NS_BIND "'/>"
	    "<session xmlns='" NS_SESSION "'/>")), 0);
	assert_int_equal(hears("<iq type='result' id='bind'><bind xmlns='"
	    NS_BIND "'><jid>u@e/x</jid></bind></iq>"), 0);
	assert_int_equal(next, AUTH_WAIT);
	assert_non_null(strstr(buf_cstr(&out), NS_SESSION));
	assert_int_equal(hears("<iq type='result' id='session'/>"), 0);
	assert_int_equal(next, AUTH_DONE);
}

static void
a_server_that_cannot_sign_is_refused(void **state)
{
	(void)state;
	assert_int_equal(scram(true), -1);
	assert_int_equal(e.code, ERR_AUTH);
}

static void
says_why_login_was_refused(void **state)
{
	(void)state;
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), 0);
	assert_int_equal(hears("<failure xmlns='" NS_SASL "'><not-authorized/>"
	    "<text>no</text></failure>"), -1);
	assert_int_equal(e.code, ERR_AUTH);
	assert_string_equal(e.text, "login of 'user@example.org' refused: "
	    "not-authorized: no; see --jid and --password-file");
}

static void
success_out_of_turn_is_no_login(void **state)
{
	(void)state;
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears(FEATURES(MECHANISMS(SCRAM_MECH))), 0);
	assert_int_equal(hears("<success xmlns='" NS_SASL "'/>"), -1);
	assert_int_equal(e.code, ERR_AUTH);
}

static void
a_refusal_of_no_login_is_refused(void **state)
{
	(void)state;
	assert_int_equal(begin(true, false), 0);
	assert_int_equal(hears("<failure xmlns='" NS_SASL "'/>"), -1);
	assert_int_equal(e.code, ERR_AUTH);
}

static void
stream_errors_are_told(void **state)
{
	(void)state;
	assert_int_equal(begin(false, true), 0);
	assert_int_equal(hears("<stream:error xmlns:stream='" NS_STREAM "'>"
	    "<host-unknown xmlns='" NS_STREAMS "'/><text xmlns='" NS_STREAMS
	    "'>who?</text></stream:error>"), -1);
	assert_string_equal(e.text,
	    "the server ended the stream: host-unknown: who?");
}

static void
an_address_has_a_user(void **state)
{
	static const char *const bad[] = { "", "example.org", "@example.org",
	    "user@", "user@/x", "example.org/user@x" };

	(void)state;
	assert_int_equal(begin(true, false), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(auth_init(&a, bad[i], &password, false,
		    &e), -1);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_teardown(f, end)
	const struct CMUnitTest tests[] = {
		TEST(takes_starttls_before_anything_else),
		TEST(refuses_a_server_without_tls),
		TEST(shows_no_password_without_tls),
		TEST(plain_is_the_last_resort),
		TEST(a_certificate_goes_before_a_password),
		TEST(logs_in_and_binds),
		TEST(what_a_server_takes_at_once_is_kept),
		TEST(asks_for_a_session_where_it_must),
		TEST(a_server_that_cannot_sign_is_refused),
		TEST(says_why_login_was_refused),
		TEST(success_out_of_turn_is_no_login),
		TEST(a_refusal_of_no_login_is_refused),
		TEST(stream_errors_are_told),
		TEST(an_address_has_a_user),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
