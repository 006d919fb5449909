#include "net/pcap.h"

#include <pcap/pcap.h>
#include <string.h>

#include "base/text.h"
#include "net/flow.h"

#define YEAR_9999	INT64_C(253402300799)	/* its last second */

bool
pcap_file_magic(const unsigned char p[PCAP_MAGIC])
{
	static const unsigned char magic[][PCAP_MAGIC] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 },
		{ 0xa1, 0xb2, 0x3c, 0x4d }, { 0x4d, 0x3c, 0xb2, 0xa1 },
		{ 0x0a, 0x0d, 0x0d, 0x0a },
	};

	for (size_t i = 0; i < sizeof magic / sizeof magic[0]; i++)
		if (memcmp(p, magic[i], PCAP_MAGIC) == 0)
			return true;
	return false;
}

static int
failed(struct err *e, const char *name, char *why)
{
	text_clean(why);
	return err_set(e, ERR_INPUT, "'%s': %s", name, why);
}

static void
tell_fragments(item_fn *fn, void *arg, size_t n)
{
	char text[100];
	struct item it = { .kind = ITEM_EVENT, .text = text };

	if (n == 0)
		return;
	snprintf(text, sizeof text, "%zu fragments of IP packets were not put "
	    "together", n);
	fn(arg, &it);
}

/* 0, which is no time, for what no clock says. */
static int64_t
time_of(const struct pcap_pkthdr *h)
{
	if (h->ts.tv_sec < 0 || h->ts.tv_sec > YEAR_9999 ||
	    h->ts.tv_usec < 0 || h->ts.tv_usec >= 1000000)
		return 0;
	return (int64_t)h->ts.tv_sec * 1000000 + h->ts.tv_usec;
}

/* 0: the end, -1: *e. */
static int
packets(pcap_t *p, const char *name, struct flows *f, size_t *fragments,
    int (*each)(void *arg, struct err *e), void *arg, struct err *e)
{
	struct pcap_pkthdr *h;
	struct segment s;
	const unsigned char *bytes;
	int rc, linktype = pcap_datalink(p);

	while ((rc = pcap_next_ex(p, &h, &bytes)) == 1) {
		enum packet_kind kind = packet_read(&s, linktype, bytes,
		    h->caplen);

		s.at_us = time_of(h);
		if (kind == PACKET_SEGMENT)
			flows_segment(f, &s);
		*fragments += kind == PACKET_FRAGMENT;
		if (each(arg, e) < 0)
			return -1;
	}
	return rc == PCAP_ERROR ? failed(e, name, pcap_geterr(p)) : 0;
}

int
pcap_file_read(FILE *file, const char *name, item_fn *fn, void *arg,
    int (*each_packet)(void *arg, struct err *e), struct err *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_fopen_offline(file, why);
	struct flows *f;
	size_t fragments = 0;
	int rc;

	if (p == NULL) {
		fclose(file);
		return failed(e, name, why);
	}
	if (!packet_link_known(pcap_datalink(p))) {
		const char *link = pcap_datalink_val_to_name(pcap_datalink(p));

		rc = err_set(e, ERR_INPUT, "'%s': packets of link type %s "
		    "cannot be read", name, link == NULL ? "unknown" : link);
		pcap_close(p);
		return rc;
	}
	f = flows_new(fn, arg);
	rc = packets(p, name, f, &fragments, each_packet, arg, e);
	flows_free(f);
	tell_fragments(fn, arg, fragments);
	pcap_close(p);
	return rc;
}
