"""The proof of docker-compose.yml on a real engine: `lealtad proof-compose`."""
