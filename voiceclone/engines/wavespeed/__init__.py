"""WaveSpeed: how its v3 API is talked to (client, answers, signature), and MiniMax's models there (minimax, engine)."""
