/* mtproto-probe: asks an MTProto server or proxy for a resPQ and tells what came back. */
#include "common/net.h"
#include "probe/conversation.h"
#include "probe/diagnosis.h"
#include "probe/endpoints.h"
#include "probe/options.h"
#include "probe/report.h"
#include "probe/verdict.h"

#include <stdio.h>

int main(int count, char **words) {
    struct probe_options options;
    struct probe_report report;
    int status = PROBE_OK;
    bool go_on = probe_read_options(count, words, &options, &status);
    if (go_on && options.list_dc != 0) status = (int)probe_list_endpoints(&options);
    else if (go_on) {
        if (!net_ignore_broken_pipes()) perror("mtproto-probe");
        probe_converse(&options, &report);
        probe_judge(&options, &report);
        if (report.verdict == VERDICT_REAL_SITE && options.diagnose)
            probe_diagnose(&options, &report);
        if (options.json) probe_print_json(&options, &report);
        else probe_print_text(&options, &report);
        status = (int)report.status;
    }
    probe_free_options(&options);
    if (fflush(stdout) != 0 && status == PROBE_OK) status = PROBE_LOCAL_FAILURE;
    return status;
}
