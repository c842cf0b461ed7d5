using Microsoft.Extensions.Logging;
using Weir.Server.Configuration.Sections;
using Weir.Server.Events;
using Weir.Server.Events.Varlink;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Storage events: collects lines, makes events of them, tells whoever is to be told, and serves programs by varlink.</summary>
internal sealed class EventsRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Events;

    public async Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        EventsOptions options = context.Options.Events;
        ILogger logger = context.Loggers.CreateLogger("Weir.BlockEvents");
        var settings = new EventsSettings { Sources = options.Sources, JournalDirectories = options.JournalDirectories, RuleFiles = options.Rules, TellsDevices = options.TellsDevices };
        using var collection = new EventCollection(settings, context.Feed, context.Time, logger);
        using IDisposable reloading = context.Reloads.Register(collection.ReloadRules);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using Stream output = Console.OpenStandardOutput();
        var notifiers = new NotifierSet(context.Consumers, options.Notify, options.Drives, output, context.Time, logger);
        using (notifiers)
        {
            VarlinkServer? varlink = options.Varlink is { } path ? new(path, context.Options.Feeds.Group, new(context.Feed, collection.Devices, context.Version), logger) : null;
            try
            {
                report.Running();
                var parts = new List<Task> { collection.RunAsync(stop.Token), notifiers.RunAsync(once: false, stop.Token) };
                if (varlink is not null) parts.Add(varlink.RunAsync(stop.Token));
                // When one fails the role is run anew as a whole.
                await Task.WhenAny(parts).ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                try
                {
                    await Task.WhenAll(parts).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!parts.Exists(part => part.IsFaulted))
                {
                    // Told to stop.
                }
            }
            finally
            {
                varlink?.Dispose();
            }
        }
    }
}
