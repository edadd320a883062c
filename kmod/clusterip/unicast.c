// SPDX-License-Identifier: GPL-2.0
/*
 * Frames to a second unicast address of an interface.
 *
 * Two things are needed. The interface has to let them in: a secondary address.
 * And the kernel, which has seen by then that the MAC is not the interface's and
 * holds them for another host's, has to be told otherwise, before it looks at IP:
 * so the hook is the interface's own. It makes them what frames to a multicast
 * MAC are, neither other hosts' nor yet ours: one kind of cluster MAC is like the
 * other then, and TCP takes nothing that no rule has taken.
 *
 * An interface's addresses change under RTNL only, which no rule check may take:
 * it may run under nftables' commit mutex. So they are changed a moment later.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "cluster.h"
#include "listen.h"
#include "unicast.h"

/**
 * struct nfc_unicast - one cluster's MAC on one interface
 * @node: in nfc_net.unicasts, as long as there is something to take back
 * @dev: not held: its end, of which the notifier hears, is ours
 * @mac: the address
 * @wanted: the cluster is there
 * @added: the interface has the address from us
 * @hook: registered while @wanted
 * @rcu: for kfree_rcu(): a frame may still be in the hook
 */
struct nfc_unicast {
	struct list_head node;
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	bool wanted;
	bool added;
	struct nf_hook_ops hook;
	struct rcu_head rcu;
};

static unsigned int nfc_unicast_in(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct nfc_unicast *unicast = priv;

	if (skb->pkt_type == PACKET_OTHERHOST &&
	    ether_addr_equal(eth_hdr(skb)->h_dest, unicast->mac))
		skb->pkt_type = PACKET_MULTICAST;
	return NF_ACCEPT;
}

struct nfc_unicast *nfc_unicast_listen(struct net *net, struct net_device *dev,
				       const u8 *mac)
{
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_unicast *unicast;
	int err;

	lockdep_assert_held(&nn->lock);
	unicast = kzalloc(sizeof(*unicast), GFP_KERNEL_ACCOUNT);
	if (!unicast)
		return ERR_PTR(-ENOMEM);
	unicast->dev = dev;
	ether_addr_copy(unicast->mac, mac);
	unicast->wanted = true;
	unicast->hook.hook = nfc_unicast_in;
	unicast->hook.priv = unicast;
	unicast->hook.dev = dev;
	unicast->hook.pf = NFPROTO_NETDEV;
	unicast->hook.hooknum = NF_NETDEV_INGRESS;
	err = nf_register_net_hook(net, &unicast->hook);
	if (err) {
		kfree(unicast);
		return ERR_PTR(err);
	}
	list_add(&unicast->node, &nn->unicasts);
	nfc_listen_soon(nn);
	return unicast;
}

void nfc_unicast_deafen(struct net *net, struct nfc_unicast *unicast)
{
	struct nfc_net *nn = nfc_pernet(net);

	lockdep_assert_held(&nn->lock);
	nf_unregister_net_hook(net, &unicast->hook);
	unicast->wanted = false;
	nfc_listen_soon(nn);
}

bool nfc_unicast_catch_up(struct nfc_net *nn)
{
	struct nfc_unicast *unicast, *next;
	bool done = true;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);
	list_for_each_entry_safe(unicast, next, &nn->unicasts, node) {
		if (unicast->wanted && !unicast->added) {
			unicast->added = !dev_uc_add(unicast->dev, unicast->mac);
			if (!unicast->added) {
				nfc_listen_failed(nn, unicast->dev, unicast->mac);
				done = false;
			}
		} else if (!unicast->wanted) {
			if (unicast->added)
				dev_uc_del(unicast->dev, unicast->mac);
			list_del(&unicast->node);
			kfree_rcu(unicast, rcu);
		}
	}
	return done;
}
