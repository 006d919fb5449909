/* human.h - times and sizes as people read them. */
#ifndef CLI_HUMAN_H
#define CLI_HUMAN_H

#include <stdint.h>

#define HUMAN_MAX	32

/* All give text: "850us", "1.2ms", "3.4s", "2m05s", "3h07m", "4d02h". */
const char *human_us(char text[HUMAN_MAX], int64_t us);

/* "300B", "1.2kB", "15MB"; powers of 1000. */
const char *human_bytes(char text[HUMAN_MAX], double n);

/* "0", "0.3", "12", "1234", "12k", "1.2M". */
const char *human_count(char text[HUMAN_MAX], double n);

#endif
