/* Why a real site answered: the clock, or the secret. */
#ifndef EXAMPLES_PROBE_DIAGNOSIS_H
#define EXAMPLES_PROBE_DIAGNOSIS_H

#include "conversation.h"

/* Sends more hellos with other times, one after the other, and sets the verdict. */
void probe_diagnose(const struct probe_options *options, struct probe_report *report);

#endif
