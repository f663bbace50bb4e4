#include "config.h"
#include <stdio.h>
#include "encode/hybrid.h"
bool hybrid_read(const uint8_t *bytes, size_t len, enum hybrid_kind kind, struct fragmented *file, char *error,
		 size_t error_size)
{
	snprintf(error, error_size, "stub");
	return false;
}
