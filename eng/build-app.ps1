# For weft.cmd: prints the path of the newest build of the app, building first where the source has changed. What ./weft does in sh.
$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot
$builds = Join-Path $root 'artifacts\weft'
$current = Join-Path $builds 'current'

function Get-FreshApp {
    if (-not (Test-Path $current)) { return $null }
    $began = (Get-Item $current).LastWriteTimeUtc
    $app = Join-Path (Join-Path $builds (Get-Content $current -TotalCount 1)) 'Weft.App.dll'
    if (-not (Test-Path $app)) { return $null }
    $sources = @(Get-ChildItem -Recurse (Join-Path $root 'src')) + @(Get-ChildItem $root -File | Where-Object { $_.Name -match '^(Directory\..*|global\.json|\.editorconfig)$' })
    if ($sources | Where-Object { $_.LastWriteTimeUtc -gt $began } | Select-Object -First 1) { return $null }
    return $app
}

$app = Get-FreshApp
if (-not $app) {
    New-Item -ItemType Directory -Force $builds | Out-Null
    $mutex = New-Object System.Threading.Mutex($false, 'weft-build-' + $root.GetHashCode())
    try { [void]$mutex.WaitOne() } catch [System.Threading.AbandonedMutexException] { }
    try {
        $app = Get-FreshApp
        if (-not $app) {
            [Console]::Error.WriteLine('weft: building...')
            $began = [DateTime]::UtcNow
            Push-Location $root
            $output = & dotnet build src\Weft.App\Weft.App.csproj -c Release --disable-build-servers -v quiet 2>&1
            $code = $LASTEXITCODE
            Pop-Location
            if ($code -ne 0) {
                [Console]::Error.WriteLine('weft: the build failed')
                $output | Where-Object { "$_" -match '(error|warning) [A-Z]+[0-9]+|error *:' } | Sort-Object -Unique | Select-Object -First 30 | ForEach-Object { [Console]::Error.WriteLine("$_") }
                exit 1
            }
            $id = 'build-' + $began.ToString('yyyyMMdd-HHmmss') + "-$PID"
            Copy-Item -Recurse (Join-Path $root 'artifacts\bin\Weft.App\release') (Join-Path $builds $id)
            Set-Content $current $id
            (Get-Item $current).LastWriteTimeUtc = $began
            # A build in use cannot be deleted on Windows: those that nobody uses go.
            Get-ChildItem $builds -Directory | Where-Object { $_.Name -ne $id } | Remove-Item -Recurse -Force -ErrorAction SilentlyContinue
            $app = Join-Path (Join-Path $builds $id) 'Weft.App.dll'
        }
    } finally { $mutex.ReleaseMutex() }
}
Write-Output $app
