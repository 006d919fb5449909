#include "store/kinds_inside.h"

/*
 * ORIGIN.md 4.1.  A kind's schema is complete: its base's fields come first.
 * contents is always empty in a stored body; children are rows.
 */
#define ITEM_FIELDS \
	"{\"name\":\"name\",\"type\":\"string\",\"title\":\"Name\"}," \
	"{\"name\":\"title\",\"type\":\"string\",\"title\":\"Title\"," \
	    "\"required\":true,\"index\":true}," \
	"{\"name\":\"folder\",\"type\":[\"null\"," \
	    "{\"type\":\"string\",\"logicalType\":\"key\"}]," \
	    "\"default\":null,\"title\":\"Folder\"}"

#define FOLDER_FIELDS ITEM_FIELDS "," \
	"{\"name\":\"default_name\",\"type\":\"string\",\"default\":\"\"," \
	    "\"title\":\"Default Name\"}," \
	"{\"name\":\"contents\",\"type\":{\"type\":\"array\",\"items\":" \
	    "{\"type\":\"record\",\"name\":\"entry\",\"fields\":[" \
	    "{\"name\":\"name\",\"type\":\"string\"}," \
	    "{\"name\":\"key\",\"type\":" \
	    "{\"type\":\"string\",\"logicalType\":\"key\"}}]}}," \
	    "\"default\":[],\"title\":\"Contents\"}"

#define RECORD(name, base, fields) \
	"{\"type\":\"record\",\"name\":\"" name "\",\"namespace\":\"M\"," \
	base "\"fields\":[" fields "]}"

#define BASE(name)	"\"base\":\"" name "\","

const struct kind_builtin kind_builtins[] = {
	{ "Item", NULL, RECORD("Item", "", ITEM_FIELDS) },
	{ "Folder", "Item", RECORD("Folder", BASE("Item"), FOLDER_FIELDS) },
	{ "Site", "Folder", RECORD("Site", BASE("Folder"), FOLDER_FIELDS) },
	{ "Subdomain", "Site", RECORD("Subdomain", BASE("Site"),
	    FOLDER_FIELDS) },
	{ "Page", "Item", RECORD("Page", BASE("Item"), ITEM_FIELDS ","
	    "{\"name\":\"description\",\"type\":"
	    "{\"type\":\"string\",\"logicalType\":\"text\"},"
	    "\"default\":\"\",\"title\":\"Description\"},"
	    "{\"name\":\"content\",\"type\":"
	    "{\"type\":\"string\",\"logicalType\":\"html\"},"
	    "\"default\":\"\",\"title\":\"Content\"}") },
	{ "User", NULL, RECORD("User", "",
	    "{\"name\":\"name\",\"type\":"
	    "{\"type\":\"string\",\"logicalType\":\"identifier\"},"
	    "\"required\":true,\"title\":\"Name\"},"
	    "{\"name\":\"email\",\"type\":"
	    "{\"type\":\"string\",\"logicalType\":\"email\"},"
	    "\"required\":true,\"index\":true,\"title\":\"Email\"},"
	    "{\"name\":\"password\",\"type\":"
	    "{\"type\":\"string\",\"logicalType\":\"password\"},"
	    "\"required\":true,\"title\":\"Password\"},"
	    "{\"name\":\"full_name\",\"type\":\"string\",\"default\":\"\","
	    "\"title\":\"Full Name\"},"
	    "{\"name\":\"admin\",\"type\":\"boolean\",\"default\":false,"
	    "\"index\":true,\"title\":\"Administrator\"},"
	    "{\"name\":\"roles\",\"type\":{\"type\":\"array\","
	    "\"items\":\"string\",\"logicalType\":\"set\"},"
	    "\"default\":[],\"title\":\"Roles\"},"
	    "{\"name\":\"branch\",\"type\":\"string\",\"default\":\"\","
	    "\"title\":\"Branch\"}") },
	{ "branch", NULL, RECORD("branch", "",
	    "{\"name\":\"owner\",\"type\":\"string\",\"title\":\"Owner\"},"
	    "{\"name\":\"publish\",\"type\":\"string\",\"default\":\"\","
	    "\"title\":\"Publishes to\"},"
	    "{\"name\":\"config\",\"type\":{\"type\":\"map\","
	    "\"values\":\"string\"},\"default\":{},"
	    "\"title\":\"Configuration\"}") },
	{ NULL, NULL, NULL }
};
