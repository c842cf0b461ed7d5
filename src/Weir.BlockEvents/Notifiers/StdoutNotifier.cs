using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Writes each event as a JSON object on a line.</summary>
public sealed class StdoutNotifier(Stream output) : INotifier
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        byte[] json = StorageEventWriter.ToUtf8(one);
        await output.WriteAsync((ReadOnlyMemory<byte>)(byte[])[.. json, .. LineEnd], cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
