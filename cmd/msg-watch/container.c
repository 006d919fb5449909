#include "container.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "avro/ocf.h"
#include "avro/plan.h"
#include "base/mem.h"

#define KEPT	((size_t)1 << 16)	/* bytes, between events */

struct container {
	struct buf *out;
	struct plan *plan;
	struct plan_run *run;
	struct buf json, value;
	uint8_t sync[OCF_SYNC];
};

/* msg-watch(1) has it, too. */
static const char schema_text[] =
    "{\"type\":\"record\",\"name\":\"Event\",\"namespace\":\"msg\","
    "\"fields\":["
    "{\"name\":\"rev\",\"type\":\"long\"},"
    "{\"name\":\"branch\",\"type\":\"string\",\"default\":\"\"},"
    "{\"name\":\"author\",\"type\":\"string\",\"default\":\"\"},"
    "{\"name\":\"time\",\"type\":[\"null\",{\"type\":\"long\","
    "\"logicalType\":\"timestamp-micros\"}],\"default\":null},"
    "{\"name\":\"message\",\"type\":\"string\",\"default\":\"\"},"
    "{\"name\":\"changes\",\"type\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"record\",\"name\":\"Change\",\"fields\":["
    "{\"name\":\"change\",\"type\":\"string\"},"
    "{\"name\":\"_key\",\"type\":\"string\"},"
    "{\"name\":\"_path\",\"type\":\"string\"},"
    "{\"name\":\"from\",\"type\":[\"null\",\"string\"],\"default\":null},"
    "{\"name\":\"item\",\"type\":[\"null\",\"string\"],\"default\":null},"
    "{\"name\":\"before\",\"type\":[\"null\",\"string\"],\"default\":null}"
    "]}},\"default\":[]},"
    "{\"name\":\"gap\",\"type\":[\"null\",{\"type\":\"record\","
    "\"name\":\"Gap\",\"fields\":["
    "{\"name\":\"oldest\",\"type\":\"long\"},"
    "{\"name\":\"why\",\"type\":\"string\"}"
    "]}],\"default\":null}"
    "]}";

int
container_new(struct container **out, struct buf *to, struct err *e)
{
	static const struct plan_options options = { .ignore_unknown = true };
	static const struct plan_limits limits = { PLAN_DEPTH_MAX,
		PLAN_ELEMENTS_MAX, EVENT_MAX };
	struct schema *s = schema_parse(schema_text, sizeof schema_text - 1,
	    e);
	struct container *c;

	if (s == NULL)
		return -1;
	c = mem_zero(sizeof *c);
	c->out = to;
	buf_init(&c->json, 2 * (size_t)EVENT_MAX);
	buf_init(&c->value, EVENT_MAX);
	c->plan = plan_new(s, &options, e);
	c->run = plan_run_new(&limits);
	schema_unref(s);
	if (c->plan == NULL) {
		container_free(c);
		return -1;
	}
	if (getrandom(c->sync, sizeof c->sync, 0) != sizeof c->sync) {
		container_free(c);
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	}
	ocf_head_put(c->out, (struct str){ schema_text,
	    sizeof schema_text - 1 }, OCF_NULL, NULL, 0, c->sync);
	*out = c;
	return 0;
}

void
container_free(struct container *c)
{
	if (c == NULL)
		return;
	plan_unref(c->plan);
	plan_run_free(c->run);
	buf_free(&c->json);
	buf_free(&c->value);
	free(c);
}

/* What is JSON already, as a string. */
static void
put_text(struct buf *out, const char *name, const struct json *value)
{
	if (value == NULL)
		return;
	buf_putc(out, ',');
	json_put_key(out, name);
	json_put_str(out, value->raw);
}

static void
put_change(struct buf *out, const struct json *change)
{
	static const char *const same[] = { "_key", "_path", "from" };

	buf_lit(out, "{\"change\":");
	json_put_str(out, json_string(json_get(change, "change")));
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		const struct json *m = json_get(change, same[i]);

		if (m == NULL)
			continue;
		buf_putc(out, ',');
		json_put_key(out, same[i]);
		json_put_str(out, m->type == JSON_STRING ? m->text : m->raw);
	}
	put_text(out, "item", json_get(change, "item"));
	put_text(out, "before", json_get(change, "before"));
	buf_putc(out, '}');
}

static void
put_member(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_putc(out, ',');
	json_put_key(out, name);
	json_put_str(out, value);
}

/* The event as JSON that the schema takes. */
static void
put_json(struct buf *out, const struct event *ev)
{
	const struct json *j = ev->changes == NULL ? NULL : ev->changes->first;

	buf_lit(out, "{\"rev\":");
	buf_putu(out, ev->rev);
	put_member(out, "branch", ev->branch);
	put_member(out, "author", ev->author);
	put_member(out, "time", ev->time);
	put_member(out, "message", ev->message);
	buf_lit(out, ",\"changes\":[");
	for (; j != NULL; j = j->next) {
		put_change(out, j);
		if (j->next != NULL)
			buf_putc(out, ',');
	}
	buf_putc(out, ']');
	if (ev->kind == EVENT_GAP) {
		buf_lit(out, ",\"gap\":{\"oldest\":");
		buf_putu(out, ev->oldest);
		buf_lit(out, ",\"why\":");
		json_put_str(out, ev->why);
		buf_putc(out, '}');
	}
	buf_putc(out, '}');
}

int
container_put(struct container *c, const struct event *ev, struct err *e)
{
	put_json(&c->json, ev);
	if ((buf_full(&c->json) && err_set(e, ERR_LIMIT, "it is too long")) ||
	    plan_encode(c->plan, c->run, c->json.p, c->json.n, &c->value,
	    e) < 0)
		return err_prefix(e, "the event does not fit Avro");
	ocf_block_put(c->out, 1, c->value.p, c->value.n, c->sync);
	buf_reset(&c->json);
	buf_reset(&c->value);
	buf_shrink(&c->json, KEPT);
	buf_shrink(&c->value, KEPT);
	return 0;
}
