/* Versions of header and library agree; every status has a text of its own, and its group says whether it is fatal. */
#include <mtproto.h>

#include "check.h"

#include <string.h>

/* Made from the header by tools/list_statuses.sh: STATUS(MTPROTO_...) for each status macro. */
static const struct {
    const char *name;
    mtproto_status value;
} statuses[] = {
#define STATUS(name) {#name, name},
#include "statuses.h"
#undef STATUS
};

enum { STATUSES = sizeof statuses / sizeof statuses[0] };

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

static void versions(void) {
    case_begin("the version number is made of its parts");
    CHECK_EQUAL(MTPROTO_VERSION_NUMBER,
                MTPROTO_VERSION_MAJOR << 16 | MTPROTO_VERSION_MINOR << 8 | MTPROTO_VERSION_PATCH);
    case_begin("the version text is made of its parts");
    CHECK(strcmp(MTPROTO_VERSION_STRING, TEXT(MTPROTO_VERSION_MAJOR) "." TEXT(MTPROTO_VERSION_MINOR) "." TEXT(
                                             MTPROTO_VERSION_PATCH)) == 0);
    case_begin("the library has the header's version");
    CHECK_EQUAL(mtproto_version_number(), MTPROTO_VERSION_NUMBER);
    CHECK(strcmp(mtproto_version_string(), MTPROTO_VERSION_STRING) == 0);
}

static bool is_known(mtproto_status value) {
    for (int i = 0; i < STATUSES; i++) {
        if (statuses[i].value == value) return true;
    }
    return false;
}

static bool fatal_by_number(mtproto_status value) {
    return (value <= -200 && value > -300) || (value <= -900 && value > -1000);
}

static void texts(void) {
    const char *unknown = mtproto_status_text(INT32_MIN);
    case_begin("the list of statuses is not empty");
    CHECK(STATUSES > 30);
    case_begin("an unknown status has a text");
    if (!CHECK(unknown != NULL && unknown[0] != '\0')) return;
    for (int i = 0; i < STATUSES; i++) {
        const char *text = mtproto_status_text(statuses[i].value);
        case_begin("%s", statuses[i].name);
        if (!CHECK(text != NULL) || !CHECK(text[0] != '\0')) continue;
        CHECK(strcmp(text, unknown) != 0);
        CHECK(strchr(text, '\n') == NULL);
        CHECK(text == mtproto_status_text(statuses[i].value));
        for (int other = 0; other < i; other++) {
            CHECK(statuses[other].value != statuses[i].value);
            CHECK(strcmp(mtproto_status_text(statuses[other].value), text) != 0);
        }
    }
}

/* The groups as the header's comment on mtproto_status tells them. */
static void groups(void) {
    case_begin("only errors are negative, and they lie in their groups");
    for (int i = 0; i < STATUSES; i++) {
        mtproto_status value = statuses[i].value;
        bool error = strncmp(statuses[i].name, "MTPROTO_ERROR_", 14) == 0;
        CHECK(error == (value < 0));
        if (error) CHECK(value < -100);
        CHECK((value == 0) == (strcmp(statuses[i].name, "MTPROTO_OK") == 0));
    }
    case_begin("fatal are -2xx and -9xx alone, known or not");
    for (mtproto_status value = -1200; value <= 1200; value++) {
        const char *text = mtproto_status_text(value);
        if (!CHECK_EQUAL(mtproto_status_is_fatal(value), fatal_by_number(value))) break;
        if (!CHECK(text != NULL && text[0] != '\0')) break;
        if (!is_known(value) && !CHECK(strcmp(text, mtproto_status_text(INT32_MAX)) == 0)) break;
    }
    CHECK(!mtproto_status_is_fatal(INT32_MIN));
    CHECK(!mtproto_status_is_fatal(INT32_MAX));
}

int main(void) {
    versions();
    texts();
    groups();
    return check_close();
}
