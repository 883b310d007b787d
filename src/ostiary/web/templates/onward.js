// Goes on when every frame has loaded; the header Refresh does when one of them does not.
Promise.all(
  Array.from(document.querySelectorAll("iframe"), (frame) =>
    new Promise((loaded) => frame.addEventListener("load", loaded, { once: true })))
).then(() => location.replace(document.getElementById("onward").href));
