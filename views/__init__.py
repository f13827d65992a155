"""The screens: widgets that draw states and call view models. Nothing here knows a service or a department's protocol."""
