/*
 * GNU SASL's client against a server: logs in over TLS with one mechanism.
 * Channel binding is tls-exporter, the one it can do that the server
 * offers; before TLS 1.3 an empty context is not none (RFC 9266 2).
 *
 *     gsasl PORT JID PASSWORD MECHANISM TLS-VERSION
 *
 * Prints what the server says at the end: success, or failure and why.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gsasl.h>
#include <openssl/ssl.h>

#define HEADER	"<stream:stream xmlns='jabber:client' version='1.0' " \
	"to='localhost' xmlns:stream='http://etherx.jabber.org/streams'>"
#define SASL	"xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define EXPORTER "EXPORTER-Channel-Binding"

static void
die(const char *why)
{
	printf("failed: %s\n", why);
	exit(1);
}

static SSL *
connect_to(const char *port, const char *version)
{
	int v = strcmp(version, "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons((unsigned short)strtoul(port, NULL, 10)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	SSL_CTX_set_min_proto_version(ctx, v);
	SSL_CTX_set_max_proto_version(ctx, v);
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("no connection");
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1)
		die("no TLS");
	return ssl;
}

static void
say(SSL *ssl, const char *text)
{
	if (SSL_write(ssl, text, (int)strlen(text)) <= 0)
		die("the server ended the connection");
}

/* Read until one of the words is there; gives all that was read. */
static char *
read_until(SSL *ssl, const char *word, const char *or)
{
	static char got[16384];
	size_t n = 0;
	int r;

	for (;;) {
		r = SSL_read(ssl, got + n, (int)(sizeof(got) - 1 - n));
		if (r <= 0)
			die("the server ended the connection");
		n += (size_t)r;
		got[n] = '\0';
		if (strstr(got, word) != NULL || strstr(got, or) != NULL)
			return got;
	}
}

static char *
text_of(char *xml)
{
	char *text = strchr(xml, '>'), *end;

	if (text == NULL || (end = strchr(++text, '<')) == NULL)
		return NULL;
	*end = '\0';
	return text;
}

static void
bind_channel(SSL *ssl, Gsasl_session *session)
{
	unsigned char key[32];
	char *b64 = NULL;

	SSL_export_keying_material(ssl, key, sizeof(key), EXPORTER,
	    strlen(EXPORTER), (const unsigned char *)"", 0, 1);
	gsasl_base64_to((char *)key, sizeof(key), &b64, NULL);
	gsasl_property_set(session, GSASL_CB_TLS_EXPORTER, b64);
	gsasl_free(b64);
}

static void
send_step(SSL *ssl, const char *mech, const char *data)
{
	static char out[16384];

	if (mech != NULL)
		snprintf(out, sizeof(out), "<auth " SASL
		    " mechanism='%s'>%s</auth>", mech,
		    *data == '\0' ? "=" : data);
	else
		snprintf(out, sizeof(out), "<response " SASL
		    ">%s</response>", data);
	say(ssl, out);
}

static int
converse(SSL *ssl, Gsasl_session *session, const char *mech)
{
	char *out = NULL, *in = "", *got;
	int rc;

	for (;;) {
		rc = gsasl_step64(session, in, &out);
		if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
			die(gsasl_strerror_name(rc));
		send_step(ssl, mech, out);
		gsasl_free(out);
		mech = NULL;
		got = read_until(ssl, "</", "/>");
		if (strstr(got, "<failure") != NULL) {
			printf("%s\n", got);
			return 1;
		}
		if (strncmp(got, "<success", strlen("<success")) == 0)
			break;
		in = text_of(got);
		if (in == NULL)
			die("what is no challenge");
	}
	/* The server proves itself in what it sends with success. */
	in = strstr(got, "/>") != NULL ? NULL : text_of(got);
	if (rc == GSASL_NEEDS_MORE && (in == NULL ||
	    gsasl_step64(session, in, &out) != GSASL_OK))
		die("the server does not know the password");
	printf("success\n");
	return 0;
}

int
main(int argc, char *argv[])
{
	Gsasl_session *session;
	Gsasl *ctx;
	char *at;
	SSL *ssl;

	if (argc != 6 || (at = strchr(argv[2], '@')) == NULL)
		return 2;
	ssl = connect_to(argv[1], argv[5]);
	say(ssl, HEADER);
	read_until(ssl, "</stream:features>", "</stream:stream>");
	if (gsasl_init(&ctx) != GSASL_OK ||
	    gsasl_client_start(ctx, argv[4], &session) != GSASL_OK)
		die("it has no such mechanism");
	*at = '\0';
	gsasl_property_set(session, GSASL_AUTHID, argv[2]);
	gsasl_property_set(session, GSASL_PASSWORD, argv[3]);
	gsasl_property_set(session, GSASL_ANONYMOUS_TOKEN, "somebody");
	if (strstr(argv[4], "-PLUS") != NULL)
		bind_channel(ssl, session);
	return converse(ssl, session, argv[4]);
}
