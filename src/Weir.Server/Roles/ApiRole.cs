using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds;
using Weir.Server.Feeds.Web;
using Weir.Server.Health.Web;
using Weir.Server.Hosting;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Roles;

/// <summary>The HTTP interface.</summary>
internal sealed class ApiRole(RoleContext context, CredentialStore credentials) : IRole
{
    private const string LogCategory = "Weir.Server.Http";

    public string Name => RoleNames.Api;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        ILogger logger = context.Loggers.CreateLogger(LogCategory);
        ApiOptions options = context.Options.Api;
        CheckAccess(context.Options);
        TokenStore tokens = credentials.Tokens(context.Options.Auth);
        TlsCertificate? certificate = options.TlsCertificate is null ? null : credentials.Certificate(options);
        using var pipeline = new ApiPipeline(new(tokens, new(options.Hosts), context.Options.Auth.NeedsTokenOnLoopback), new(context.Feed, logger), options, context.Time, logger);
        using var gateway = new GatewayMetrics("http");
        WebApplication application = HttpServer.Build(options, Modules(context, gateway, stopping), pipeline, certificate, context.Loggers);
        await using (application.ConfigureAwait(false))
        {
            await application.StartAsync(stopping).ConfigureAwait(false);
            context.Served.Http = [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];
            ServerLog.Listening(logger, string.Join(", ", context.Served.Http));
            report.Running();
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Served.Http = [];
            // Requests under way are finished; streams see that the daemon stops and end.
            await application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Sees that nobody from outside is let in without a token.</summary>
    /// <exception cref="IOException">An address can be reached from other machines and there is no token, or the tokens cannot be used.</exception>
    public static void CheckAccess(WeirOptions options) => CheckAccess(options.Api.Listen, options.Auth);

    /// <summary>The same for addresses that are not the daemon's.</summary>
    /// <exception cref="IOException">An address can be reached from other machines and there is no token, or the tokens cannot be used.</exception>
    public static void CheckAccess(IReadOnlyList<ListenAddress> addresses, AuthOptions auth)
    {
        int tokens = TokenFile.Read(auth.TokensFile).Count;
        if (tokens == 0 && addresses.FirstOrDefault(address => !address.IsLoopback) is { } open)
            throw new IOException($"{open} can be reached from other machines and there are no tokens in {auth.TokensFile}; make one with 'weir config token add'.");
    }

    /// <summary>The OpenAPI description of the interface, of the same declarations that it is served by. Nothing is started.</summary>
    public static byte[] Describe(string version)
    {
        // Modules declare their operations when they are made; nothing is asked of what would serve them.
        using var gateway = new GatewayMetrics("http");
        var unused = new RoleContext(new(), null!, null!, NullLoggerFactory.Instance, TimeProvider.System, null!, null!, null!, version) { ConsumerMetrics = null! };
        List<IApiModule> modules = Modules(unused, gateway, CancellationToken.None);
        return OpenApiDocument.Write(modules.SelectMany(module => module.Routes), version);
    }

    private static List<IApiModule> Modules(RoleContext context, GatewayMetrics gateway, CancellationToken stopping)
    {
        var status = new StatusModule(context.Roles, context.Metrics, context.Topics, context.ConsumerMetrics);
        List<IApiModule> modules =
        [
            status, new FeedModule(context.Consumers, gateway, context.Time, stopping),
            new ConsumerModule(context.Consumers, gateway, stopping), .. HealthModules.All(context, status.CollectAsync),
        ];
        modules.Add(new OpenApiModule([.. modules], context.Version));
        return modules;
    }
}
