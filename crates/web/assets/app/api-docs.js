// Starts Swagger UI on the documentation page; requests of a signed-in person carry the session's token.
(function () {
  "use strict";
  const place = document.getElementById("swagger-ui");
  if (!place || !window.SwaggerUIBundle) return;
  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    docExpansion: "none",
    filter: true,
    deepLinking: true,
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 2,
    validatorUrl: null,
    requestInterceptor: function (request) {
      const own = new URL(request.url, location.href).origin === location.origin;
      if (own && place.dataset.token) request.headers["X-CSRF-Token"] = place.dataset.token;
      return request;
    },
  });
})();
