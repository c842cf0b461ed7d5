using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Server.Configuration.Sections;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>Puts Kestrel together: addresses, limits, TLS, the routes of all modules.</summary>
internal static class HttpServer
{
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxHeaders = 64;
    private const long MaxBodyBytes = 1024 * 1024;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Connections beyond the limit on requests: those that are idle, and those that are to be told that it is reached.</summary>
    private const int SpareConnections = 1024;

    public static WebApplication Build(ApiOptions options, IReadOnlyList<IApiModule> modules, ApiPipeline pipeline, TlsCertificate? certificate, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "weir", EnvironmentName = Environments.Production });
        builder.Services.AddSingleton<ILoggerFactory>(new WarningsOnly(loggers));
        builder.Services.AddRoutingCore();
        // Signals are the daemon's business.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxRequests + SpareConnections;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            foreach (ListenAddress address in options.Listen) kestrel.Listen(address.Address, address.Port, endpoint => Configure(endpoint, address, certificate));
        });

        WebApplication application = builder.Build();
        application.Use((context, next) => pipeline.InvokeAsync(context, next));
        application.UseRouting();
        foreach (ApiRoute route in modules.SelectMany(module => module.Routes))
        {
            string[] methods = route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method];
            application.MapMethods(route.Path, methods, pipeline.Guard(route));
        }

        return application;
    }

    private static void Configure(ListenOptions endpoint, ListenAddress address, TlsCertificate? certificate)
    {
        endpoint.Protocols = address.IsTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (address.IsTls)
        {
            TlsCertificate chosen = certificate ?? throw new InvalidOperationException("TLS without a certificate passed the configuration's checks.");
            endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(chosen.HandshakeOptions), HandshakeTimeout = HeaderTimeout });
        }

        endpoint.Use(next => connection =>
        {
            connection.Features.Set(address);
            return next(connection);
        });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
