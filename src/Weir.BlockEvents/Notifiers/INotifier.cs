using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>A way to tell somebody of events. One call at a time.</summary>
public interface INotifier
{
    /// <summary>Tells of an event. When this returns it is told.</summary>
    /// <exception cref="IOException">It could not be told; it may be tried again. <see cref="NotifierRefusedException"/> where that would be of no use.</exception>
    Task TellAsync(StorageEvent one, CancellationToken cancellationToken);
}

/// <summary>An event was refused for good: telling it again would not help.</summary>
public sealed class NotifierRefusedException(string message, Exception? inner = null) : IOException(message, inner);
