#include "guard.h"

__thread int guard_depth;
