/* What the facts of a conversation come to, in words. */
#ifndef EXAMPLES_PROBE_VERDICT_H
#define EXAMPLES_PROBE_VERDICT_H

#include "conversation.h"

/* Sets the verdict, and puts it in front of the failure's figures. */
void probe_judge(const struct probe_options *options, struct probe_report *report);

/* In lower case, words joined by '_', as in JSON. */
const char *probe_verdict_name(enum probe_verdict verdict);

#endif
