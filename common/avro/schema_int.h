/*
 * schema_int.h - what the files of the schema layer share.
 */
#ifndef MSG_AVRO_SCHEMA_INT_H
#define MSG_AVRO_SCHEMA_INT_H

#include <stdatomic.h>

#include "avro/schema.h"
#include "base/map.h"

/* A text that was read; errors find their place in it. */
struct schema_text {
	struct schema_text *next;
	struct str text;
};

/* All types of some texts, finished and then never changed. */
struct schema_space {
	atomic_uint refs;
	struct arena arena;
	struct map names;		/* full name -> node */
	struct schema_text *texts;
	struct schema_node **root;	/* the last text's last value */
	uint32_t node_count;
	struct schema_hole *holes;	/* names that were not there */
};

struct schema {
	atomic_uint refs;
	struct schema_space *space;
	const struct schema_node *root;
	uint64_t crc;
};

/* A name that is used before (or without) being defined. */
struct schema_hole {
	struct schema_hole *next;
	struct schema_node **where;
	struct str name;		/* as written */
	struct str space;		/* the namespace there */
};

struct schema_space *schema_space_new(void);
void schema_space_unref(struct schema_space *sp);

/* e->at for what lies in one of the texts.  Returns -1. */
int schema_err_at(const struct schema_space *sp, const char *p,
    struct err *e);

/* Read a text into the space.  forward: names may come later. */
int schema_read(struct schema_space *sp, const char *p, size_t n, bool forward,
    struct err *e);

/* Fill the holes and check what could only be checked now.  wanted false:
 * what is still missing is no error. */
int schema_close(struct schema_space *sp, bool wanted, struct err *e);

/* Takes a reference of sp over. */
struct schema *schema_make(struct schema_space *sp,
    const struct schema_node *root);

/* Names (schema_name.c).  -1: not of the form of Avro 1.11, Names. */
bool schema_name_ok(struct str s);
bool schema_fullname_ok(struct str s);
int schema_primitive(struct str s);		/* enum schema_type or -1 */
struct str schema_name_in(struct arena *a, struct str name, struct str space);
struct str schema_name_short(struct str full);
struct str schema_name_space(struct str full);

/* Can a datum of w be read as r, looking no deeper than the types themselves
 * (Avro 1.11, Schema Resolution)?  Neither is a union. */
bool schema_match(const struct schema_node *r, const struct schema_node *w);

/* from[k]: the writer's field that the reader's field k takes, -1: none.  One
 * of its own name, else the first of its aliases that no other field has. */
void schema_field_map(const struct schema_node *r,
    const struct schema_node *w, int *from);

/* What a type is called in errors: "string", "record a.b.C". */
#define SCHEMA_CALLED	96
const char *schema_called(const struct schema_node *n, char out[SCHEMA_CALLED]);

/* How much of a text an error quotes, for %.*s. */
#define SCHEMA_QUOTE(s)	(int)((s).n < 60 ? (s).n : 60), (s).p

/* The logical type that the attributes mean, LOGICAL_NONE when they are not
 * right for it: then the type under it holds (Avro 1.11, Logical Types). */
void schema_logical_set(struct schema_node *n);

#endif
