using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Takes the bytes of one shard of one part as they are made: a staged file, or memory for an inline shard.</summary>
internal sealed class PieceSink : IDisposable
{
    private readonly TargetDrive? _target;
    private readonly DriveQueue? _queue;
    private readonly MemoryStream? _memory;
    private IDriveOutput? _output;

    private PieceSink(int shard, TargetDrive? target, DriveQueue? queue, string? path, MemoryStream? memory)
    {
        Shard = shard;
        _target = target;
        _queue = queue;
        Path = path;
        _memory = memory;
    }

    /// <summary>From 0.</summary>
    public int Shard { get; }

    /// <summary>The staged file; null for memory.</summary>
    public string? Path { get; }

    /// <summary>Why nothing more is written; null while all is well.</summary>
    public DriveFileException? Failure { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _memory is null ? default : _memory.GetBuffer().AsMemory(0, (int)_memory.Length);

    public static PieceSink InMemory(int shard) => new(shard, null, null, null, new MemoryStream());

    public static async Task<PieceSink> OpenAsync(int shard, TargetDrive target, DriveQueue queue, DriveOwner owner)
    {
        var sink = new PieceSink(shard, target, queue, target.NewName(), null);
        try
        {
            sink._output = await queue.RunAsync(worker =>
            {
                worker.Admit(2, 0);
                Directories.EnsureStaging(target);
                return target.Store.CreateFile(target.Root, sink.Path!, owner);
            }).ConfigureAwait(false);
        }
        catch (DriveFileException error)
        {
            sink.Fail(error);
        }

        return sink;
    }

    /// <summary>Writes; never throws for what the drive does.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Failure is not null) return;
        if (_memory is not null)
        {
            _memory.Write(bytes.Span);
            return;
        }

        try
        {
            await _queue!.RunAsync(worker =>
            {
                for (ReadOnlySpan<byte> rest = bytes.Span; rest.Length > 0;)
                {
                    int piece = Math.Min(rest.Length, worker.MostAtOnce);
                    worker.Admit(1, piece);
                    _output!.Write(rest[..piece]);
                    rest = rest[piece..];
                }

                return true;
            }).ConfigureAwait(false);
        }
        catch (DriveFileException error)
        {
            Fail(error);
        }
    }

    public void Dispose() => _output?.Dispose();

    private void Fail(DriveFileException error)
    {
        Failure = error;
        _target!.Failed(error);
    }
}
