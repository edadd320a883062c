/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling other modules that conditions were set; export.h has their side.
 */
#ifndef _NFC_CONDITION_WATCH_H
#define _NFC_CONDITION_WATCH_H

struct net;

/*
 * After values were written, outside of all locks. Also if none has changed:
 * another writer may have changed it a moment ago and not have told yet, and
 * whoever wrote it as well relies on it as much.
 */
void nfc_condition_tell(struct net *net);

#endif /* _NFC_CONDITION_WATCH_H */
