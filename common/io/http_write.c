#include <time.h>

#include "base/clock.h"
#include "io/http.h"

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 301, "Moved Permanently" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 417, "Expectation Failed" },
	{ 426, "Upgrade Required" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
	{ 0, NULL }
};

const char *
http_reason(int status)
{
	for (size_t i = 0; reasons[i].reason != NULL; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

/* Date, in the words of RFC 9110 5.6.7 whatever the locale. */
static void
put_date(struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(clock_real_us() / 1000000);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return;
	buf_printf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
http_put_status(struct buf *out, int status)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
	if (status >= 200)
		put_date(out);
}

void
http_put(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, name);
	buf_lit(out, ": ");
	buf_puts(out, value);
	buf_lit(out, "\r\n");
}

void
http_put_end(struct buf *out, size_t n, bool close)
{
	buf_lit(out, "Content-Length: ");
	buf_putu(out, n);
	buf_puts(out, close ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
}
