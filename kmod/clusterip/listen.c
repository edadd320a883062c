// SPDX-License-Identifier: GPL-2.0
/*
 * What is to be done about interfaces a moment later, again and again while there
 * is no memory for it: after a tenth of a second, then after twice as long each
 * time, and after half a minute at most.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include "cluster.h"
#include "device.h"
#include "listen.h"
#include "unicast.h"

#define NFC_LISTEN_FIRST	(HZ / 10)
#define NFC_LISTEN_LAST		(30 * HZ)

void nfc_listen_soon(struct nfc_net *nn)
{
	lockdep_assert_held(&nn->lock);
	mod_delayed_work(system_wq, &nn->listen_work, 0);
}

void nfc_listen_failed(const struct nfc_net *nn, const struct net_device *dev,
		       const u8 *mac)
{
	lockdep_assert_held(&nn->lock);
	if (nn->listen_delay == NFC_LISTEN_FIRST)
		netdev_warn(dev, "does not listen to %pM: no memory; will try again\n",
			    mac);
}

void nfc_listen_catch_up(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);
	bool done;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);
	done = nfc_device_catch_up(net);
	done &= nfc_unicast_catch_up(nn);
	if (done) {
		nn->listen_delay = NFC_LISTEN_FIRST;
		return;
	}
	mod_delayed_work(system_wq, &nn->listen_work, nn->listen_delay);
	nn->listen_delay = min_t(unsigned long, 2 * nn->listen_delay,
				 NFC_LISTEN_LAST);
}

static void nfc_listen_work(struct work_struct *work)
{
	struct nfc_net *nn = container_of(to_delayed_work(work),
					  struct nfc_net, listen_work);

	rtnl_lock();
	mutex_lock(&nn->lock);
	nfc_listen_catch_up(nn->net);
	mutex_unlock(&nn->lock);
	rtnl_unlock();
}

void nfc_listen_net_init(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);

	nn->net = net;
	nn->listen_delay = NFC_LISTEN_FIRST;
	INIT_LIST_HEAD(&nn->unicasts);
	INIT_DELAYED_WORK(&nn->listen_work, nfc_listen_work);
}

/*
 * The namespace has no interfaces any more, or the module no clusters: what there
 * is to take back needs no memory, and nothing is to be made.
 */
void nfc_listen_net_exit(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);

	flush_delayed_work(&nn->listen_work);
	cancel_delayed_work_sync(&nn->listen_work);
}
