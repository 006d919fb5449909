#include "pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "payload.h"
#include "xmpp/ns.h"

struct asked {
	struct asked *next, *prev;
	char *key;
	size_t key_n;
	int64_t at_us;
	bool shown;
	char words[ITEM_ASKED_MAX];
};

struct pairs {
	struct map map;
	struct asked *oldest, *newest;
	char words[ITEM_ASKED_MAX];	/* of the last answer */
};

struct pairs *
pairs_new(void)
{
	struct pairs *p = mem_zero(sizeof *p);

	map_init(&p->map);
	return p;
}

static void
forget(struct pairs *p, struct asked *a)
{
	map_del(&p->map, a->key, a->key_n);
	if (a->prev != NULL)
		a->prev->next = a->next;
	else
		p->oldest = a->next;
	if (a->next != NULL)
		a->next->prev = a->prev;
	else
		p->newest = a->prev;
	free(a->key);
	free(a);
}

void
pairs_free(struct pairs *p)
{
	if (p == NULL)
		return;
	while (p->oldest != NULL)
		forget(p, p->oldest);
	map_free(&p->map);
	free(p);
}

/* Of an iq its type, of a line of a trace what it is. */
static bool
is_request(const struct item *it, struct str *id)
{
	struct str type;

	if (it->kind == ITEM_LINE) {
		*id = it->line->id;
		return it->line->kind == TRACE_REQUEST;
	}
	type = stanza_attr_str(it->st, "type");
	*id = stanza_attr_str(it->st, "id");
	return str_is(type, "get") || str_is(type, "set");
}

static bool
is_iq(const struct item *it)
{
	return it->kind == ITEM_LINE || (it->kind == ITEM_STANZA &&
	    strcmp(it->st->name, "iq") == 0);
}

/* A request's way; an answer's is the other one. */
static char
way(const struct item *it, bool request)
{
	if (it->kind == ITEM_LINE)
		return 'L';
	if (it->direction == NULL)
		return '?';
	return (it->direction[0] == 'R') == request ? 'R' : 'W';
}

static void
make_key(struct buf *out, const struct item *it, char direction, struct str id)
{
	buf_putc(out, direction);
	buf_putu(out, it->conn);
	buf_putc(out, ' ');
	buf_put(out, id.p, id.n < PAIRS_ID_MAX ? id.n : PAIRS_ID_MAX);
}

/* "get-item '/news'", "query http://jabber.org/protocol/disco#info" */
static void
put_words(char out[ITEM_ASKED_MAX], const struct item *it)
{
	struct buf words = BUF_INIT(1 << 16), raw = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	const struct stanza *c = it->kind == ITEM_LINE ? NULL :
	    stanza_first(it->st);
	struct str text = STR_NONE;

	if (it->kind == ITEM_LINE)
		text_escape(&words, it->line->text.p, it->line->text.n, 0);
	if (c != NULL)
		payload_command(&words, c);
	if (stanza_is(c, NULL, NS_M) && stanza_is(it->st, "iq", NULL)) {
		text = stanza_text(c);
		if (base64_get_ws(&raw, text.p, text.n, &e) == 0 &&
		    !buf_full(&raw) && raw.n > 0 && raw.p[0] == '/') {
			buf_lit(&words, " '");
			text_escape(&words, raw.p, raw.n, '\'');
			buf_putc(&words, '\'');
		}
	} else if (c != NULL) {
		buf_putc(&words, ' ');
		text_escape(&words, c->ns, strlen(c->ns), 0);
	}
	snprintf(out, ITEM_ASKED_MAX, "%s", buf_cstr(&words));
	text_clean(out);		/* where it was cut */
	buf_free(&words);
	buf_free(&raw);
}

void
pairs_asked(struct pairs *p, const struct item *it, bool shown)
{
	struct buf key = BUF_INIT(PAIRS_ID_MAX + 100);
	struct asked *a;
	struct str id;

	if (!is_iq(it) || !is_request(it, &id) || id.p == NULL)
		return;
	make_key(&key, it, way(it, true), id);
	a = map_get(&p->map, key.p, key.n);
	if (a != NULL)
		forget(p, a);
	if (p->map.count >= PAIRS_MAX)
		forget(p, p->oldest);
	a = mem_zero(sizeof *a);
	a->key_n = key.n;
	a->key = buf_take(&key);
	a->at_us = it->at_us;
	a->shown = shown;
	put_words(a->words, it);
	a->prev = p->newest;
	if (p->newest != NULL)
		p->newest->next = a;
	else
		p->oldest = a;
	p->newest = a;
	map_set(&p->map, a->key, a->key_n, a);
}

bool
pairs_answered(struct pairs *p, struct item *it, bool *shown)
{
	struct buf key = BUF_INIT(PAIRS_ID_MAX + 100);
	struct asked *a;
	struct str id;

	it->asked = NULL;
	it->took_us = -1;
	if (!is_iq(it) || is_request(it, &id) || id.p == NULL)
		return false;
	make_key(&key, it, way(it, false), id);
	a = map_get(&p->map, key.p, key.n);
	buf_free(&key);
	if (a == NULL)
		return false;
	memcpy(p->words, a->words, sizeof p->words);
	it->asked = p->words;
	if (it->at_us != 0 && a->at_us != 0 && it->at_us >= a->at_us)
		it->took_us = it->at_us - a->at_us;
	*shown = a->shown;
	forget(p, a);
	return true;
}
