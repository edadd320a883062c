// SPDX-License-Identifier: GPL-2.0
/*
 * The interface of a cluster: it listens to the cluster's MAC while it exists
 * under its name. We hold no reference to it, so it may go at any time; the
 * notifier then takes back what was joined, and joins again when an interface of
 * that name appears.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include "cluster.h"
#include "device.h"
#include "listen.h"
#include "unicast.h"

/* Other kinds of interface (tunnels, InfiniBand) have no such MAC to join. */
static bool nfc_device_has_mac(const struct net_device *dev)
{
	return dev->addr_len == ETH_ALEN;
}

static int nfc_device_adopt(struct net *net, struct net_device *dev,
			    struct nfc_cluster *cluster)
{
	const u8 *mac = cluster->spec.mac;
	struct nfc_unicast *unicast;
	int err;

	if (!nfc_device_has_mac(dev)) {
		err = 0;
	} else if (is_multicast_ether_addr(mac)) {
		err = dev_mc_add(dev, mac);
	} else {
		unicast = nfc_unicast_listen(net, dev, mac);
		err = PTR_ERR_OR_ZERO(unicast);
		if (!err)
			cluster->unicast = unicast;
	}
	if (!err) {
		cluster->dev = dev;
		WRITE_ONCE(cluster->ifindex, dev->ifindex);
	}
	return err;
}

static void nfc_device_drop(struct net *net, struct nfc_cluster *cluster)
{
	struct net_device *dev = cluster->dev;

	WRITE_ONCE(cluster->ifindex, NFC_NO_DEVICE);
	cluster->dev = NULL;
	if (cluster->unicast)
		nfc_unicast_deafen(net, cluster->unicast);
	else if (nfc_device_has_mac(dev))
		dev_mc_del(dev, cluster->spec.mac);
	cluster->unicast = NULL;
}

/* Rules match names, not the alternative ones by which one is found as well. */
static bool nfc_device_is_called(const struct net_device *dev, const char *name)
{
	return dev && !strcmp(dev->name, name);
}

int nfc_device_join(struct net *net, struct nfc_cluster *cluster)
{
	struct net_device *dev = dev_get_by_name(net, cluster->spec.ifname);
	int err;

	if (!dev)
		return -ENOENT;
	err = nfc_device_is_called(dev, cluster->spec.ifname) ?
	      nfc_device_adopt(net, dev, cluster) : -ENOENT;
	dev_put(dev);
	return err;
}

void nfc_device_leave(struct net *net, struct nfc_cluster *cluster)
{
	if (cluster->dev)
		nfc_device_drop(net, cluster);
}

/* Return: false for lack of memory, which there may be later. */
static bool nfc_device_try(struct net *net, struct nfc_cluster *cluster)
{
	const char *name = cluster->spec.ifname;
	struct net_device *dev = __dev_get_by_name(net, name);
	int err;

	if (!nfc_device_is_called(dev, name))
		return true;
	err = nfc_device_adopt(net, dev, cluster);
	if (err == -ENOMEM) {
		nfc_listen_failed(nfc_pernet(net), dev, cluster->spec.mac);
		return false;
	}
	if (err)
		pr_warn_ratelimited("%s does not listen to %pM: error %d\n",
				    name, cluster->spec.mac, err);
	return true;
}

bool nfc_device_catch_up(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_cluster *cluster;
	unsigned int bucket;
	bool done = true;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);
	hash_for_each(nn->clusters, bucket, cluster, node)
		if (!cluster->dev && !nfc_device_try(net, cluster))
			done = false;
	return done;
}

static int nfc_device_notify(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct net *net = dev_net(dev);
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_cluster *cluster;
	unsigned int bucket;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGENAME:
		mutex_lock(&nn->lock);
		hash_for_each(nn->clusters, bucket, cluster, node)
			if (cluster->dev == dev &&
			    (event == NETDEV_UNREGISTER ||
			     strcmp(dev->name, cluster->spec.ifname)))
				nfc_device_drop(net, cluster);
		/* We have RTNL now, and the interface may be gone later. */
		nfc_listen_catch_up(net);
		mutex_unlock(&nn->lock);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block nfc_device_notifier = {
	.notifier_call = nfc_device_notify,
};

/* One notifier for all namespaces: (un)registering takes RTNL, rules must not. */
int nfc_device_init(void)
{
	return register_netdevice_notifier(&nfc_device_notifier);
}

void nfc_device_exit(void)
{
	unregister_netdevice_notifier(&nfc_device_notifier);
}
