#include "avro/schema.h"

#include <md5.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "avro/schema_int.h"
#include "base/fs.h"
#include "base/mem.h"

struct schema_space *
schema_space_new(void)
{
	struct schema_space *sp = mem_zero(sizeof *sp);

	atomic_init(&sp->refs, 1);
	arena_init(&sp->arena);
	map_init(&sp->names);
	return sp;
}

void
schema_space_unref(struct schema_space *sp)
{
	if (sp == NULL || atomic_fetch_sub(&sp->refs, 1) > 1)
		return;
	map_free(&sp->names);
	arena_free(&sp->arena);
	free(sp);
}

struct schema *
schema_make(struct schema_space *sp, const struct schema_node *root)
{
	struct schema *s = mem_zero(sizeof *s);
	struct buf pcf = BUF_INIT(SIZE_MAX / 2);

	atomic_init(&s->refs, 1);
	s->space = sp;
	s->root = root;
	schema_canonical(s, &pcf);
	s->crc = crc64_avro(pcf.p, pcf.n);
	buf_free(&pcf);
	return s;
}

struct schema *
schema_ref(const struct schema *s)
{
	struct schema *counted = (struct schema *)(uintptr_t)s;

	atomic_fetch_add(&counted->refs, 1);
	return counted;
}

void
schema_unref(const struct schema *s)
{
	struct schema *counted = (struct schema *)(uintptr_t)s;

	if (s == NULL || atomic_fetch_sub(&counted->refs, 1) > 1)
		return;
	schema_space_unref(counted->space);
	free(counted);
}

const struct schema_node *
schema_root(const struct schema *s)
{
	return s->root;
}

const struct schema_node *
schema_find(const struct schema *s, const char *name)
{
	return map_get(&s->space->names, name, strlen(name));
}

struct schema *
schema_parse_any(const char *p, size_t n, struct err *e)
{
	struct schema_space *sp = schema_space_new();

	if (schema_read(sp, p, n, false, e) < 0 ||
	    schema_close(sp, true, e) < 0) {
		schema_space_unref(sp);
		return NULL;
	}
	return schema_make(sp, *sp->root);
}

struct schema *
schema_parse(const char *p, size_t n, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct schema *s = NULL;

	/* one value, no protocol: whatever else is read is the same */
	if (n > SCHEMA_TEXT_MAX)
		err_set(e, ERR_LIMIT, "the schema is over %d bytes",
		    SCHEMA_TEXT_MAX);
	else if (json_parse(&a, p, n, NULL, e) != NULL)
		s = schema_parse_any(p, n, e);
	arena_free(&a);
	return s;
}

struct schema *
schema_load(const char *path, struct err *e)
{
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX);
	struct schema *s = NULL;

	if (fs_read(&text, path, e) == 0) {
		s = schema_parse_any(text.p, text.n, e);
		if (s == NULL)
			err_prefix(e, "schema '%s'", path);
	}
	buf_free(&text);
	return s;
}

/* --- sets ----------------------------------------------------------------- */

struct schema_set {
	struct schema_space *space;	/* of all texts; NULL: none yet */
	struct str *texts;
	size_t count, cap;
};

struct schema_set *
schema_set_new(void)
{
	return mem_zero(sizeof(struct schema_set));
}

void
schema_set_free(struct schema_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++)
		free((char *)(uintptr_t)set->texts[i].p);
	free(set->texts);
	schema_space_unref(set->space);
	free(set);
}

/* A space is never changed once somebody may have it: all is read anew. */
int
schema_set_add(struct schema_set *set, const char *p, size_t n, struct err *e)
{
	struct schema_space *sp = schema_space_new();

	for (size_t i = 0; i < set->count; i++)
		if (schema_read(sp, set->texts[i].p, set->texts[i].n, true,
		    e) < 0)
			goto fail;
	if (schema_read(sp, p, n, true, e) < 0 ||
	    schema_close(sp, false, e) < 0)
		goto fail;
	set->texts = mem_grow(set->texts, &set->cap, set->count + 1,
	    sizeof *set->texts);
	set->texts[set->count].p = mem_dup(p, n);
	set->texts[set->count++].n = n;
	schema_space_unref(set->space);
	set->space = sp;
	return 0;
fail:
	schema_space_unref(sp);
	return -1;
}

struct schema *
schema_set_get(struct schema_set *set, const char *name, struct err *e)
{
	const struct schema_node *root;

	if (set->space == NULL) {
		err_set(e, ERR_NOT_FOUND, "there is no schema");
		return NULL;
	}
	root = name == NULL ? *set->space->root :
	    map_get(&set->space->names, name, strlen(name));
	if (root == NULL && name != NULL) {
		err_set(e, ERR_NOT_FOUND, "there is no type '%s'", name);
		return NULL;
	}
	if (schema_close(set->space, true, e) < 0)
		return NULL;	/* a name is still missing: root may be one */
	atomic_fetch_add(&set->space->refs, 1);
	return schema_make(set->space, root);
}

struct schema *
schema_set_by_crc64(struct schema_set *set, uint64_t crc)
{
	const struct schema_node *root;
	struct err e = ERR_INIT;
	size_t at = 0;

	if (set->space == NULL || schema_close(set->space, true, &e) < 0)
		return NULL;
	while ((root = map_next(&set->space->names, &at, NULL, NULL)) !=
	    NULL) {
		struct schema *s;

		atomic_fetch_add(&set->space->refs, 1);
		s = schema_make(set->space, root);
		if (s->crc == crc)
			return s;
		schema_unref(s);
	}
	return NULL;
}

/* --- fingerprints --------------------------------------------------------- */

uint64_t
schema_crc64(const struct schema *s)
{
	return s->crc;
}

/* Avro 1.11, Schema Fingerprints: the polynomial is the empty fingerprint;
 * four bits a step keep the table small enough to be seen. */
uint64_t
crc64_avro(const void *p, size_t n)
{
	uint64_t table[16], crc = CRC64_AVRO_EMPTY;
	const uint8_t *b = p;

	for (uint64_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int k = 0; k < 4; k++)
			table[i] = table[i] >> 1 ^
			    (CRC64_AVRO_EMPTY & (0 - (table[i] & 1)));
	}
	for (size_t i = 0; i < n; i++) {
		crc ^= b[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

void
schema_md5(const struct schema *s, uint8_t out[16])
{
	struct buf pcf = BUF_INIT(SIZE_MAX / 2);
	MD5_CTX md;

	schema_canonical(s, &pcf);
	MD5Init(&md);
	MD5Update(&md, (const uint8_t *)pcf.p, pcf.n);
	MD5Final(out, &md);
	buf_free(&pcf);
}

void
schema_sha256(const struct schema *s, uint8_t out[32])
{
	struct buf pcf = BUF_INIT(SIZE_MAX / 2);
	SHA2_CTX md;

	schema_canonical(s, &pcf);
	SHA256Init(&md);
	SHA256Update(&md, (const uint8_t *)pcf.p, pcf.n);
	SHA256Final(out, &md);
	buf_free(&pcf);
}
