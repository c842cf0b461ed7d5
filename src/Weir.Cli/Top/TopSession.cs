using System.Globalization;
using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>top on the full screen: replays the feed, then shows a frame every interval and whenever a key or the size asks for one.</summary>
internal sealed class TopSession(FullScreen screen, TopInput input, TopFeed feed, TopModel model, TopView view, TopPainter painter, CellGrid grid, TimeProvider time)
{
    /// <summary>While events keep coming the feed is read this often, not with every single one.</summary>
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a feed that cannot be read is left alone.</summary>
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    private TopFrame? _frame;
    private Task? _news;
    private DateTimeOffset _readAt;
    private DateTimeOffset _frameAt;
    private string? _trouble;
    private bool _isOver;

    /// <summary>Runs until <c>q</c>, or until the terminal is gone.</summary>
    /// <exception cref="Weir.Feed.FeedException">The feed cannot be replayed. Later failures are shown, and tried again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        feed.Watch();
        if (!await ReplayAsync(cancellationToken)) return;
        while (!_isOver)
        {
            bool mustDraw = TakeKeys();
            if (_isOver || screen.IsHungUp) return;
            await ReadNewsAsync(cancellationToken);
            DateTimeOffset now = time.GetUtcNow();
            if (now >= _frameAt && !view.IsPaused)
            {
                model.TakeFrame();
                _frameAt = now + view.Interval;
                mustDraw = true;
            }

            if (mustDraw || IsResized()) Draw();
            await input.WaitAsync(NextWait(), time, cancellationToken);
        }
    }

    /// <returns>False when it was quit before the end.</returns>
    private async Task<bool> ReplayAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset progressAt = time.GetUtcNow() + ReadEvery;
        while (await feed.ReadAsync(cancellationToken))
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now < progressAt) continue;
            progressAt = now + ReadEvery;
            TakeKeys();
            if (_isOver || screen.IsHungUp) return false;
            grid.Reset(FullScreen.Size);
            grid.Write(0, 0, string.Create(CultureInfo.InvariantCulture, $"Reading the feed: {model.Events:N0} events, {model.Live.Count:N0} live actions"));
            screen.Show(grid);
        }

        return true;
    }

    /// <returns>Whether to draw.</returns>
    private bool TakeKeys()
    {
        bool mustDraw = false;
        while (!_isOver && input.TryTake(out Key key))
        {
            TopRequest request = view.Press(key);
            _isOver = request == TopRequest.Quit;
            if (request == TopRequest.DrawAll) screen.Forget();
            mustDraw |= request != TopRequest.None;
        }

        // The interval may be another now.
        DateTimeOffset next = time.GetUtcNow() + view.Interval;
        if (next < _frameAt) _frameAt = next;
        return mustDraw;
    }

    private async Task ReadNewsAsync(CancellationToken cancellationToken)
    {
        if (_news is { IsCompleted: false } || time.GetUtcNow() < _readAt) return;
        try
        {
            // To wait before reading: what comes in between ends the wait at once.
            _news = WaitForNewsAsync();
            while (await feed.ReadAsync(cancellationToken))
            {
                if (screen.IsHungUp) return;
            }

            _readAt = time.GetUtcNow() + ReadEvery;
            _trouble = feed.LastGap is { } gap ? $"Damaged feed, {Figures.Count(feed.Gaps)} gaps: {gap}" : null;
        }
        catch (IOException exception)
        {
            _trouble = exception.Message.ReplaceLineEndings(" ");
            _readAt = time.GetUtcNow() + RetryEvery;
            _news = null;
        }
    }

    private async Task WaitForNewsAsync()
    {
        try
        {
            await feed.WaitAsync();
        }
        finally
        {
            input.Signal();
        }
    }

    private bool IsResized() => FullScreen.Size != new ScreenSize(grid.Width, grid.Height);

    private void Draw()
    {
        if (_frame is null || !ReferenceEquals(_frame.Query, view.Query) || !view.IsPaused) _frame = model.Build(view.Query);
        grid.Reset(FullScreen.Size);
        painter.Paint(grid, _frame, view, _trouble);
        screen.Show(grid);
    }

    private TimeSpan NextWait()
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = view.IsPaused ? DateTimeOffset.MaxValue : _frameAt;
        if (_news is null or { IsCompleted: true } && _readAt < until) until = _readAt;
        TimeSpan wait = until - now;
        return wait > RetryEvery ? RetryEvery : wait;
    }
}
