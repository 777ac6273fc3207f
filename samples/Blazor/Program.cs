// A trained model in the browser, without a server: dotnet run --project samples/Blazor
// A folder for any web server that hands out files: dotnet publish samples/Blazor -o site, then site/wwwroot
using Blazor;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
await builder.Build().RunAsync();
