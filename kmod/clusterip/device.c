// SPDX-License-Identifier: GPL-2.0
/*
 * The interface of a cluster: it listens to the cluster's multicast MAC while
 * it exists under its name. We hold no reference to it, so it may go at any
 * time; the notifier then takes back what was joined, and joins again when an
 * interface of that name appears.
 */
#include <linux/netdevice.h>
#include "cluster.h"
#include "device.h"

/* Other kinds of interface (tunnels, InfiniBand) have no such MAC to join. */
static bool nfc_device_has_mac(const struct net_device *dev)
{
	return dev->addr_len == ETH_ALEN;
}

static int nfc_device_adopt(struct net_device *dev, struct nfc_cluster *cluster)
{
	int err = 0;

	if (nfc_device_has_mac(dev))
		err = dev_mc_add(dev, cluster->spec.mac);
	if (!err)
		WRITE_ONCE(cluster->ifindex, dev->ifindex);
	return err;
}

static void nfc_device_drop(struct net_device *dev, struct nfc_cluster *cluster)
{
	WRITE_ONCE(cluster->ifindex, NFC_NO_DEVICE);
	if (nfc_device_has_mac(dev))
		dev_mc_del(dev, cluster->spec.mac);
}

int nfc_device_join(struct net *net, struct nfc_cluster *cluster)
{
	struct net_device *dev = dev_get_by_name(net, cluster->spec.ifname);
	int err;

	if (!dev)
		return -ENOENT;
	/* Rules match names, not the alternative ones that are found as well. */
	err = strcmp(dev->name, cluster->spec.ifname) ? -ENOENT :
	      nfc_device_adopt(dev, cluster);
	dev_put(dev);
	return err;
}

void nfc_device_leave(struct net *net, struct nfc_cluster *cluster)
{
	struct net_device *dev;

	if (cluster->ifindex == NFC_NO_DEVICE)
		return;
	/* Found by index: it may be on its way to another name. */
	dev = dev_get_by_index(net, cluster->ifindex);
	if (dev) {
		nfc_device_drop(dev, cluster);
		dev_put(dev);
	}
}

static void nfc_device_event(struct nfc_cluster *cluster,
			     struct net_device *dev, unsigned long event)
{
	bool ours = cluster->ifindex == dev->ifindex;
	bool wanted = event != NETDEV_UNREGISTER &&
		      !strcmp(dev->name, cluster->spec.ifname);

	if (ours && !wanted)
		nfc_device_drop(dev, cluster);
	else if (wanted && cluster->ifindex == NFC_NO_DEVICE &&
		 nfc_device_adopt(dev, cluster))
		netdev_warn(dev, "could not join %pM: no memory\n",
			    cluster->spec.mac);
}

static int nfc_device_notify(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nfc_net *nn = nfc_pernet(dev_net(dev));
	struct nfc_cluster *cluster;
	unsigned int bucket;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGENAME:
		mutex_lock(&nn->lock);
		hash_for_each(nn->clusters, bucket, cluster, node)
			nfc_device_event(cluster, dev, event);
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
