#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "avro/object.h"
#include "base/text.h"
#include "cli/exit.h"
#include "convert.h"

/*
 * Whole containers: what their heads say, several to one, another codec; and
 * what values outside of them say themselves.
 */

struct whole {
	struct input in;
	struct ocf_head head;
};

static int
open_whole(struct whole *w, const struct encode_opts *o, const char *name,
    enum input_text text, struct err *e)
{
	memset(&w->head, 0, sizeof w->head);
	return input_open(&w->in, name, text,
	    (size_t)o->max_block + OCF_META_MAX, e);
}

static int
read_head(struct whole *w, struct err *e)
{
	int rc;

	while ((rc = ocf_head_get(&w->head, input_p(&w->in), input_n(&w->in),
	    w->in.end, e)) == 0)
		if (input_later(&w->in, e) < 0)
			return -1;
	return rc < 0 ? -1 : 0;
}

static void
close_whole(struct whole *w)
{
	ocf_head_clear(&w->head);
	input_close(&w->in);
}

/* --- --meta --------------------------------------------------------------- */

static void
put_meta(struct buf *out, const struct whole *w, int flags)
{
	struct schema *s;
	struct err e = ERR_INIT;

	buf_puts(out, "{\"codec\":");
	json_put_cstr(out, ocf_codec_name(w->head.codec));
	buf_puts(out, ",\"sync\":\"");
	hex_put(out, w->head.sync, OCF_SYNC);
	buf_putc(out, '"');
	s = schema_parse(w->head.schema.p, w->head.schema.n, &e);
	if (s != NULL)
		buf_printf(out, ",\"fingerprint\":\"%016llx\"",
		    (unsigned long long)schema_crc64(s));
	buf_puts(out, ",\"meta\":{");
	for (size_t i = 0, k = 0; i < w->head.meta_count; i++) {
		const struct ocf_meta *m = &w->head.meta[i];

		if (m->key.n >= 5 && memcmp(m->key.p, "avro.", 5) == 0)
			continue;
		if (k++ > 0)
			buf_putc(out, ',');
		json_put_str(out, m->key);
		buf_putc(out, ':');
		json_put_str(out, m->value);
	}
	buf_puts(out, "},\"schema\":");
	if (s != NULL)
		schema_print(s, out, flags);
	else
		json_put_str(out, w->head.schema);
	buf_puts(out, "}\n");
	schema_unref(s);
}

/* The first value's frame says less: which schema, not what it is.  1: it has
 * one, 0, -1. */
static int
put_frame(struct buf *out, struct whole *w, struct err *e)
{
	uint64_t fingerprint;
	struct str body;
	uint32_t id;

	while (input_n(&w->in) < OBJECT_HEAD && !w->in.end)
		if (input_more(&w->in, e) < 0)
			return -1;
	if (object_get(input_p(&w->in), input_n(&w->in), &fingerprint, &body,
	    e) == 0)
		buf_printf(out, "{\"fingerprint\":\"%016llx\"}\n",
		    (unsigned long long)fingerprint);
	else if (confluent_get(input_p(&w->in), input_n(&w->in), &id, &body,
	    e) == 0)
		buf_printf(out, "{\"confluent\":%u}\n", (unsigned)id);
	else
		return 0;
	return 1;
}

static int
meta_of(struct buf *out, struct whole *w, const struct encode_opts *o,
    const char *name, struct err *e)
{
	enum input_text text = o->base64 ? INPUT_BASE64 : o->hex ? INPUT_HEX :
	    INPUT_BYTES;
	int rc;

	if (open_whole(w, o, name, text, e) < 0 ||
	    (rc = put_frame(out, w, e)) < 0)
		return -1;
	if (rc == 0 && (rc = read_head(w, e)) == 0)
		put_meta(out, w, o->pretty ? JSON_PUT_PRETTY : 0);
	return rc < 0 ? -1 : 0;
}

int
meta_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	struct err e = ERR_INIT;
	int status = EXIT_DONE;

	for (size_t i = 0; i < (count == 0 ? 1 : count); i++) {
		const char *name = count == 0 ? "-" : files[i];
		struct whole w;

		if (meta_of(&out, &w, o, name, &e) < 0) {
			complain(name, &e);
			status = encode_status(&e);
		}
		close_whole(&w);
	}
	if (write_out(STDOUT_FILENO, &out, "standard output", &e) < 0)
		status = encode_report(&e);
	buf_free(&out);
	return status;
}

/* --- --concat ------------------------------------------------------------- */

static int
copy_block(struct sink *k, const struct whole *w, const struct ocf_block *b,
    bool same, struct buf *tmp, struct err *e)
{
	struct buf packed = BUF_INIT(SIZE_MAX / 2);
	int rc = -1;

	if (same)
		return sink_block(k, b->count, b->data.p, b->data.n, e);
	buf_reset(tmp);
	if (ocf_unpack(w->head.codec, b->data.p, b->data.n, tmp, e) == 0 &&
	    ocf_pack(k->codec, k->level, tmp->p, tmp->n, &packed, e) == 0)
		rc = sink_block(k, b->count, packed.p, packed.n, e);
	buf_free(&packed);
	return rc;
}

static int
copy_blocks(struct sink *k, struct whole *w, bool same, size_t max_block,
    struct buf *tmp, struct err *e)
{
	struct ocf_block b;
	int rc;

	input_eat(&w->in, w->head.n);
	for (;;) {
		if (input_n(&w->in) == 0 && input_more(&w->in, e) < 0)
			return -1;
		if (input_n(&w->in) == 0 && w->in.end)
			return 0;
		rc = ocf_block_get(&b, w->head.sync, max_block,
		    input_p(&w->in), input_n(&w->in), w->in.end, e);
		if (rc < 0) {
			input_err_byte(&w->in, 0, e);
			return -1;
		}
		if (rc == 0) {
			if (input_later(&w->in, e) < 0)
				return -1;
			continue;
		}
		if (copy_block(k, w, &b, same, tmp, e) < 0)
			return -1;
		input_eat(&w->in, b.n);
	}
}

struct concat {
	const struct encode_opts *o;
	struct sink sink;
	struct schema *schema;		/* of the first */
	struct buf tmp;
};

static int
add_file(struct concat *c, const char *name, struct err *e)
{
	struct schema *s = NULL;
	struct whole w;
	int rc = -1;

	if (open_whole(&w, c->o, name, INPUT_BYTES, e) < 0 ||
	    read_head(&w, e) < 0)
		goto out;
	s = schema_parse(w.head.schema.p, w.head.schema.n, e);
	if (s == NULL)
		goto out;
	if (c->schema == NULL) {
		struct encode_opts o = *c->o;

		o.ocf = true;
		if (o.codec == NULL)
			o.codec = ocf_codec_name(w.head.codec);
		c->schema = schema_ref(s);
		if (sink_open(&c->sink, &o, s, e) < 0)
			goto out;
	} else if (schema_crc64(s) != schema_crc64(c->schema)) {
		err_set(e, ERR_SCHEMA, "it has another schema than the first "
		    "file");
		goto out;
	}
	rc = copy_blocks(&c->sink, &w, w.head.codec == c->sink.codec,
	    (size_t)c->o->max_block, &c->tmp, e);
out:
	schema_unref(s);
	close_whole(&w);
	return rc;
}

int
concat_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct concat c = { .o = o, .tmp = BUF_INIT(o->max_block) };
	struct err e = ERR_INIT;
	int status = EXIT_DONE;

	for (size_t i = 0; i < (count == 0 ? 1 : count); i++) {
		const char *name = count == 0 ? "-" : files[i];

		if (add_file(&c, name, &e) < 0) {
			complain(name, &e);
			status = encode_status(&e);
			break;
		}
	}
	if (c.schema != NULL && sink_flush(&c.sink, true, &e) < 0)
		status = encode_report(&e);
	if (c.schema != NULL)
		sink_close(&c.sink);
	schema_unref(c.schema);
	buf_free(&c.tmp);
	return status;
}
