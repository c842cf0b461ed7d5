namespace Weir.Cli.Verbs.Events;

/// <summary>How events are printed.</summary>
internal enum EventFormat
{
    /// <summary>A line for people.</summary>
    Log,

    /// <summary>An object a line.</summary>
    Json,

    /// <summary>An object on many lines.</summary>
    JsonPretty,
}
