// SPDX-License-Identifier: GPL-2.0
/*
 * Going through all clusters in pieces, while they come and go.
 */
#include <kunit/test.h>
#include "cluster.c"

#define CLUSTERS	1200	/* some buckets have many, some none */

struct crowd {
	struct nfc_net nn;
	struct nfc_cluster clusters[CLUSTERS];
	unsigned int seen[CLUSTERS];
};

/* Every third is of IPv6, with the bytes of an address of IPv4. */
static struct crowd *gather(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	mutex_init(&crowd->nn.rules_lock);
	mutex_init(&crowd->nn.lock);
	hash_init(crowd->nn.clusters);
	for (i = 0; i < CLUSTERS; i++) {
		struct nfc_cluster_spec *spec = &crowd->clusters[i].spec;

		spec->family = i % 3 ? NFPROTO_IPV4 : NFPROTO_IPV6;
		spec->addr.ip = htonl(0x0a080000 + i / 3 * 2 +
				      (i % 3 == 2));
	}
	return crowd;
}

/* What is nfc_cluster_insert() or nfc_cluster_unlink(). */
static void change(struct crowd *crowd, unsigned int i,
		   void (*what)(struct nfc_net *nn, struct nfc_cluster *cluster))
{
	mutex_lock(&crowd->nn.rules_lock);
	mutex_lock(&crowd->nn.lock);
	what(&crowd->nn, &crowd->clusters[i]);
	mutex_unlock(&crowd->nn.lock);
	mutex_unlock(&crowd->nn.rules_lock);
}

/* The number of the next one, and from there on it is the place. */
static int step(struct crowd *crowd, struct nfc_place *place, bool first)
{
	const struct nfc_cluster *cluster;

	rcu_read_lock();
	cluster = nfc_cluster_next(&crowd->nn, first ? NULL : place);
	rcu_read_unlock();
	if (!cluster)
		return -1;
	place->family = cluster->spec.family;
	place->addr = cluster->spec.addr;
	crowd->seen[cluster - crowd->clusters]++;
	return cluster - crowd->clusters;
}

static void cluster_next_each_once(struct kunit *test)
{
	struct crowd *crowd = gather(test);
	struct nfc_place place;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, step(crowd, &place, true), -1);
	for (i = 0; i < CLUSTERS; i++)
		change(crowd, i, nfc_cluster_insert);
	for (i = 0; i < CLUSTERS; i++)
		KUNIT_EXPECT_GE(test, step(crowd, &place, !i), 0);
	KUNIT_EXPECT_EQ(test, step(crowd, &place, false), -1);
	for (i = 0; i < CLUSTERS; i++)
		KUNIT_EXPECT_EQ(test, crowd->seen[i], 1);
}

/* Whoever was seen goes, so the place is nobody's; others come before it and behind. */
static void cluster_next_under_churn(struct kunit *test)
{
	struct crowd *crowd = gather(test);
	unsigned int i, late = 1;
	struct nfc_place place;
	int at;

	for (i = 0; i < CLUSTERS; i += 2)
		change(crowd, i, nfc_cluster_insert);
	at = step(crowd, &place, true);
	while (at >= 0) {
		change(crowd, at, nfc_cluster_unlink);
		if (late < CLUSTERS)
			change(crowd, late, nfc_cluster_insert);
		late += 2;
		at = step(crowd, &place, false);
	}
	for (i = 0; i < CLUSTERS; i++) {
		if (i % 2)
			KUNIT_EXPECT_LE(test, crowd->seen[i], 1);
		else
			KUNIT_EXPECT_EQ(test, crowd->seen[i], 1);
	}
}

static struct kunit_case cluster_cases[] = {
	KUNIT_CASE(cluster_next_each_once),
	KUNIT_CASE(cluster_next_under_churn),
	{}
};

static struct kunit_suite cluster_suite = {
	.name = "clusterip_cluster",
	.test_cases = cluster_cases,
};

kunit_test_suite(cluster_suite);
