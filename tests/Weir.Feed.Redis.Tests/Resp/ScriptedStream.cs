namespace Weir.Feed.Redis.Tests.Resp;

/// <summary>A connection's other side: takes everything, and when it is told to, answers given bytes in odd pieces and ends.</summary>
internal sealed class ScriptedStream(byte[] answer, Random random) : Stream
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _at;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Begin() => _begun.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _begun.Task.WaitAsync(cancellationToken);
        int piece = Math.Min(Math.Min(buffer.Length, answer.Length - _at), random.Next(8) == 0 ? int.MaxValue : random.Next(1, 200));
        answer.AsMemory(_at, piece).CopyTo(buffer);
        _at += piece;
        return piece;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
