#include "real.h"

#include "log.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct real real;
static bool complete;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool find(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (!symbol) {
        log_error("there is no %s behind this library: is the program linked with liblustreapi?", name);
        return false;
    }
    memcpy(function, &symbol, sizeof(symbol));
    return true;
}

static void load(void)
{
    complete = find("llapi_hsm_action_begin", &real.action_begin) && find("llapi_hsm_action_end", &real.action_end) &&
               find("llapi_search_fsname", &real.search_fsname);
}

const struct real *real_calls(void)
{
    pthread_once(&once, load);
    return complete ? &real : NULL;
}
