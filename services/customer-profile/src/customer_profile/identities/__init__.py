"""How customers are called and reached: external ids, contact points, identity documents."""
