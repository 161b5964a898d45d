"""The names and addresses of customers: external ids, contact points, identity documents."""
