"""The application: what staff do (services), what screens show (view models) and how it is put together (bootstrap)."""
