using System.Globalization;
using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>
/// top on the full screen: replays the feed, then shows a frame every interval and whenever a key or the size asks for one. The feed is read
/// on another thread, so that keys are never waited for; the model belongs to whichever of the two is at work.
/// </summary>
internal sealed class TopSession(FullScreen screen, TopInput input, TopFeed feed, TopModel model, TopView view, TopPainter painter, CellGrid grid, TimeProvider time)
{
    /// <summary>While events keep coming the feed is read this often, not with every single one.</summary>
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a feed that cannot be read is left alone.</summary>
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    private TopFrame? _frame;
    private Task? _reading;
    private Task? _news;
    private DateTimeOffset _readAt;
    private DateTimeOffset _frameAt;
    private string? _trouble;
    private bool _mustDraw;
    private bool _isOver;

    /// <summary>Runs until <c>q</c>, or until the terminal is gone.</summary>
    /// <exception cref="Weir.Feed.FeedException">The feed cannot be replayed. Later failures are shown, and tried again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        feed.Watch();
        _frameAt = time.GetUtcNow() + ReadEvery;
        try
        {
            while (true)
            {
                TakeKeys();
                if (_isOver || screen.IsHungUp) return;
                if (_reading is { IsCompleted: true }) await EndReadingAsync();
                if (_reading is null && time.GetUtcNow() >= _readAt && _news is null or { IsCompleted: true }) StartReading(stop.Token);
                Draw();
                await input.WaitAsync(NextWait(), time, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            if (_reading is not null) await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void TakeKeys()
    {
        while (!_isOver && input.TryTake(out Key key))
        {
            TopRequest request = view.Press(key);
            _isOver = request == TopRequest.Quit;
            if (request == TopRequest.DrawAll) screen.Forget();
            _mustDraw |= request != TopRequest.None;
        }

        // The interval may be another now.
        DateTimeOffset next = time.GetUtcNow() + view.Interval;
        if (next < _frameAt) _frameAt = next;
    }

    private void StartReading(CancellationToken cancellationToken)
    {
        // To wait before reading: what comes in between ends the wait at once.
        _news = SignalAfterAsync(feed.WaitAsync());
        _reading = SignalAfterAsync(Task.Run(() => feed.CatchUpAsync(cancellationToken), cancellationToken));
    }

    private async Task EndReadingAsync()
    {
        Task reading = _reading!;
        _reading = null;
        try
        {
            await reading;
            if (_frame is null) _frameAt = default;
            _readAt = time.GetUtcNow() + ReadEvery;
            _trouble = feed.LastGap is { } gap ? $"Damaged feed: {gap}" : null;
        }
        catch (IOException exception) when (_frame is not null)
        {
            _trouble = exception.Message.ReplaceLineEndings(" ");
            _readAt = time.GetUtcNow() + RetryEvery;
            _news = null;
        }
    }

    private async Task SignalAfterAsync(Task task)
    {
        try
        {
            await task;
        }
        finally
        {
            input.Signal();
        }
    }

    private void Draw()
    {
        DateTimeOffset now = time.GetUtcNow();
        ScreenSize size = FullScreen.Size;
        bool isDue = now >= _frameAt && !IsWaiting;
        if (!isDue && !_mustDraw && size == new ScreenSize(grid.Width, grid.Height)) return;
        if (_reading is null)
        {
            if (isDue) model.TakeFrame();
            if (isDue || _frame is null || !ReferenceEquals(_frame.Query, view.Query)) _frame = model.Build(view.Query);
            _mustDraw = false;
        }

        // While the feed is read the last frame serves; what else was asked for follows.
        if (isDue) _frameAt = now + (_frame is null ? ReadEvery : view.Interval);
        grid.Reset(size);
        if (_frame is not null) painter.Paint(grid, _frame, view, _trouble);
        else grid.Write(0, 0, string.Create(CultureInfo.InvariantCulture, $"Reading the feed: {model.Events:N0} events"));
        screen.Show(grid);
    }

    /// <summary>No frame is due by itself: it stands still, or the model is being fed.</summary>
    private bool IsWaiting => _frame is not null && (view.IsPaused || _reading is not null);

    private TimeSpan NextWait()
    {
        DateTimeOffset until = IsWaiting ? DateTimeOffset.MaxValue : _frameAt;
        if (_reading is null && _news is null or { IsCompleted: true } && _readAt < until) until = _readAt;
        TimeSpan wait = until - time.GetUtcNow();
        return wait > RetryEvery ? RetryEvery : wait;
    }
}
