/* Each address family is a network stack of its own. Only Unix, IPv4, IPv6 and netlink's routing are for sandboxes. */
#include "attempt.h"

#include <sys/socket.h>
#include <unistd.h>

static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM};

static int is_refusal(int error) {
    return error == EPERM || error == EACCES || error == ENOSYS || error == EAFNOSUPPORT;
}

/* A type or protocol that is not supported is the answer of the family: it was reached, and its module loaded. */
static void family(const struct attempt *a) {
    int error = 0;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (socket((int)a->number, TYPES[i], 0) >= 0) {
            allowed("of type %d", TYPES[i]);
        }
        error = error == 0 || !is_refusal(errno) ? errno : error;
    }
    errno = error;
    if (is_refusal(error)) {
        refused(strerrorname_np(error));
    }
    allowed("%s", strerrorname_np(error));
}

static void pair(const struct attempt *a) {
    int ends[2];
    if (socketpair((int)a->number, SOCK_STREAM, 0, ends) == 0) {
        allowed("a pair");
    }
    if (is_refusal(errno)) {
        refused(strerrorname_np(errno));
    }
    allowed("%s", strerrorname_np(errno));
}

static void routing_protocol(const struct attempt *a) {
    if (socket(AF_NETLINK, SOCK_RAW, (int)a->number) >= 0) {
        allowed("a socket");
    }
    if (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT) {
        refused(strerrorname_np(errno));
    }
    gate(-1);
}

static void raw(const struct attempt *a) {
    effect(socket((int)(a->number >> 16), (int)(a->number >> 8 & 0xff), (int)(a->number & 0xff)));
}

#define FAMILY(number, name) {"socket " name, family, number, NULL}

static const struct attempt family_attempts[] = {
    FAMILY(0, "AF_UNSPEC"), FAMILY(3, "AF_AX25"), FAMILY(4, "AF_IPX"), FAMILY(5, "AF_APPLETALK"), FAMILY(6, "AF_NETROM"),
    FAMILY(7, "AF_BRIDGE"), FAMILY(8, "AF_ATMPVC"), FAMILY(9, "AF_X25"), FAMILY(11, "AF_ROSE"), FAMILY(12, "AF_DECnet"),
    FAMILY(13, "AF_NETBEUI"), FAMILY(14, "AF_SECURITY"), FAMILY(15, "AF_KEY"), FAMILY(17, "AF_PACKET"), FAMILY(18, "AF_ASH"),
    FAMILY(19, "AF_ECONET"), FAMILY(20, "AF_ATMSVC"), FAMILY(21, "AF_RDS"), FAMILY(22, "AF_SNA"), FAMILY(23, "AF_IRDA"),
    FAMILY(24, "AF_PPPOX"), FAMILY(25, "AF_WANPIPE"), FAMILY(26, "AF_LLC"), FAMILY(27, "AF_IB"), FAMILY(28, "AF_MPLS"),
    FAMILY(29, "AF_CAN"), FAMILY(30, "AF_TIPC"), FAMILY(31, "AF_BLUETOOTH"), FAMILY(32, "AF_IUCV"), FAMILY(33, "AF_RXRPC"),
    FAMILY(34, "AF_ISDN"), FAMILY(35, "AF_PHONET"), FAMILY(36, "AF_IEEE802154"), FAMILY(37, "AF_CAIF"), FAMILY(38, "AF_ALG"),
    FAMILY(39, "AF_NFC"), FAMILY(40, "AF_VSOCK"), FAMILY(41, "AF_KCM"), FAMILY(42, "AF_QIPCRTR"), FAMILY(43, "AF_SMC"),
    FAMILY(44, "AF_XDP"), FAMILY(45, "AF_MCTP"), FAMILY(46, "46, which is none"),
    {"socket AF_ALG, high bits set", family, 38 | 1L << 32, NULL},
    {"socketpair AF_TIPC", pair, 30, NULL},
    {"socketpair AF_RDS", pair, 21, NULL},
};
GROUP(families, "address families", family_attempts);

#define NETLINK(number, name) {"netlink " name, routing_protocol, number, NULL}

static const struct attempt netlink_attempts[] = {
    NETLINK(1, "UNUSED"), NETLINK(2, "USERSOCK"), NETLINK(3, "FIREWALL"), NETLINK(4, "SOCK_DIAG"), NETLINK(5, "NFLOG"),
    NETLINK(6, "XFRM"), NETLINK(7, "SELINUX"), NETLINK(8, "ISCSI"), NETLINK(9, "AUDIT"), NETLINK(10, "FIB_LOOKUP"),
    NETLINK(11, "CONNECTOR"), NETLINK(12, "NETFILTER"), NETLINK(13, "IP6_FW"), NETLINK(14, "DNRTMSG"),
    NETLINK(15, "KOBJECT_UEVENT"), NETLINK(16, "GENERIC"), NETLINK(18, "SCSITRANSPORT"), NETLINK(19, "ECRYPTFS"),
    NETLINK(20, "RDMA"), NETLINK(21, "CRYPTO"), NETLINK(22, "SMC"),
};
GROUP(netlink, "netlink protocols", netlink_attempts);

#define RAW(family, type, protocol) ((long)(family) << 16 | (type) << 8 | (protocol))

static const struct attempt raw_attempts[] = {
    {"raw IPv4, ICMP", raw, RAW(AF_INET, SOCK_RAW, 1), NULL},
    {"raw IPv4, any", raw, RAW(AF_INET, SOCK_RAW, 255), NULL},
    {"raw IPv6, ICMP", raw, RAW(AF_INET6, SOCK_RAW, 58), NULL},
    {"packet, every frame", raw, RAW(AF_PACKET, SOCK_RAW, 3), NULL},
    {"packet, cooked", raw, RAW(AF_PACKET, SOCK_DGRAM, 3), NULL},
    {"packet of old, by AF_INET", raw, RAW(AF_INET, SOCK_PACKET, 3), NULL},
};
GROUP(raw_sockets, "raw sockets", raw_attempts);
