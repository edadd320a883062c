// SPDX-License-Identifier: GPL-2.0
/* struct xt_target has it with CONFIG_COMPAT, since 5.13 with XTABLES_COMPAT. */
#include <linux/netfilter/x_tables.h>

const struct xt_target probe = { .compatsize = 1 };
