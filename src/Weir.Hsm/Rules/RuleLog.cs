using Microsoft.Extensions.Logging;

namespace Weir.Hsm.Rules;

/// <summary>What rules say. Event ids 2200 to 2299.</summary>
internal static partial class RuleLog
{
    [LoggerMessage(2200, LogLevel.Warning, "Rule '{Rule}' for {Subject}: {Problem}.")]
    public static partial void Failed(ILogger logger, string rule, string subject, string problem);

    [LoggerMessage(2201, LogLevel.Error, "More than {Waiting} hits of rules wait for their programs and webhooks; further ones are dropped until there is room. This is said once.")]
    public static partial void Dropped(ILogger logger, int waiting);

    [LoggerMessage(2202, LogLevel.Warning, "The feed {Address} cannot be read: {Reason} Trying again; this is said once.")]
    public static partial void FeedUnavailable(ILogger logger, string address, string reason);
}
