/* The report of the probe, for people and for scripts. */
#ifndef EXAMPLES_PROBE_REPORT_H
#define EXAMPLES_PROBE_REPORT_H

#include "conversation.h"

void probe_print_text(const struct probe_options *options, const struct probe_report *report);
void probe_print_json(const struct probe_options *options, const struct probe_report *report);

#endif
