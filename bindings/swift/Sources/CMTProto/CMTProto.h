/* The project's C header, for the module CMTProto. */
#include "../../../../include/mtproto.h"
