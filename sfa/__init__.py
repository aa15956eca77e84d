"""The SDK, the command line and the local supervisor of Sound Forge Alchemy."""
