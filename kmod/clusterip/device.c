// SPDX-License-Identifier: GPL-2.0
/*
 * The interface of a cluster: it listens to the cluster's MAC while it exists
 * under its name. We hold no reference to it, so it may go at any time; the
 * notifier then takes back what was joined, and joins again when an interface of
 * that name appears.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include "cluster.h"
#include "device.h"
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

int nfc_device_join(struct net *net, struct nfc_cluster *cluster)
{
	struct net_device *dev = dev_get_by_name(net, cluster->spec.ifname);
	int err;

	if (!dev)
		return -ENOENT;
	/* Rules match names, not the alternative ones that are found as well. */
	err = strcmp(dev->name, cluster->spec.ifname) ? -ENOENT :
	      nfc_device_adopt(net, dev, cluster);
	dev_put(dev);
	return err;
}

void nfc_device_leave(struct net *net, struct nfc_cluster *cluster)
{
	if (cluster->dev)
		nfc_device_drop(net, cluster);
}

static void nfc_device_event(struct net *net, struct nfc_cluster *cluster,
			     struct net_device *dev, unsigned long event)
{
	bool wanted = event != NETDEV_UNREGISTER &&
		      !strcmp(dev->name, cluster->spec.ifname);
	int err;

	if (cluster->dev == dev && !wanted) {
		nfc_device_drop(net, cluster);
	} else if (wanted && !cluster->dev) {
		err = nfc_device_adopt(net, dev, cluster);
		if (err)
			netdev_warn(dev, "does not listen to %pM: error %d\n",
				    cluster->spec.mac, err);
	}
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
			nfc_device_event(net, cluster, dev, event);
		/* We have RTNL now, and the interface may be gone later. */
		nfc_unicast_catch_up(nn);
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
