/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share: pools as text, "0xff nth 1*3 2*1=!mail2up 3*1,drain",
 * mask, mode, then mark*weight=gate of each backend; numbers in hex, but weights.
 */
#ifndef _NFC_STATMARK_TEST_H
#define _NFC_STATMARK_TEST_H

#include <kunit/test.h>
#include <linux/slab.h>
#include "spec.h"

/* A pool with all the room there can be; goes with the test. */
struct nfc_pool_spec *test_spec(struct kunit *test, const char *text);

/* A rule that declares such a pool; goes with the test. */
struct nfc_statmark_info *test_info(struct kunit *test, const char *text);

/* And back: the text of a pool. */
const char *test_show(struct kunit *test, const struct nfc_pool_spec *spec);

#endif /* _NFC_STATMARK_TEST_H */
